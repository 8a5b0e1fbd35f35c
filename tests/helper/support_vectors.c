/* Worked examples of WeCom's encryption that were published. */
#include "tests/helper/support_callback.h"

#include <stddef.h>

/* clang-format off */
#define ENCRYPTED_01 \
    "P9nAzCzyDtyTWESHep1vC5X9xho/qYX3Zpb4yKa9SKld1DsH3Iyt3tP3zNdtp+4RPcs8TgAE7OaBO+FZXvnaqQ=="
#define ENCRYPTED_02 \
    "RypEvHKD8QQKFhvQ6QleEB4J58tiPdvo+rtK1I9qca6aM/wvqnLSV5zEPeusUiX5L5X/0lWfrf0QADHHhGd3Qczc" \
    "dCUpj911L3vg3W/sYYvuJTs3TUUkSUXxaccAS0qhxchrRYt66wiSpGLYL42aM6A8dTT+6k4aSknmPj48kzJs8qLj" \
    "vd4Xgpue06DOdnLxAUHzM6+kDZ+HMZfJYuR+LtwGc2hgf5gsijff0ekUNXZiqATP7PF5mZxZ3Izoun1s4zG4LUMn" \
    "vw2r+KqCKIw+3IQH03v+BCA9nMELNqbSf6tiWSrXJB3LAVGUcallcrw8V2t9EL4EhzJWrQUax5wLVMNS0+rUPA3k" \
    "22Ncx4XXZS9o0MBH27Bo6BpNelZpS+/uh9KsNlY6bHCmJU9p8g7m3fVKn28H3KDYA5Pl/T8Z1ptDAVe0lXdQ2Yoy" \
    "yH2uyPIGHBZZIs2pDBS8R07+qN+E7Q=="
#define ENCRYPTED_03 \
    "CZWs4CWRpI4VolQlvn4dlEC1alN2MUEY2VklGehgBVLBrlVF7SyT+SV+Toj43l4ayJ9UMGKphktKKmP7B2j/P1ey" \
    "67XB8PBgS7Wr5/8+w/yWriZv3Vmoo/MH3/1HsIWZrPQ3N2mJrelStIfI2Y8kLKXA7EhfZgZX4o+ffdkZDM76SEl7" \
    "9Ib9mw7TGjZ9Aw/x/A2VjNbV1E8BtEbRxYYcQippYNw7hr8sFfa3nW1xLdxokt8QkRX83vK3DFP2F6TQFPL2Tu98" \
    "UwhcUpPvdJBuu1/yiOQIScppV3eOuLWEsko="
#define ENCRYPTED_04 \
    "pvXgeha3nZ7UQ2DG3WD3IVsNJR38QVl1+h+wmLQHIAwEG3Jey2aTZtvAWzhEZ9JEKGwIUMBWX3JlUhfo7O7WbvI1" \
    "0vHIsdSNr1nr3LuOwAfnwLJAMQNDxi5tHUl08Op59jxOL73r8+g60KOxMTaFwXzlr9Yxgq5ey5nzNb/2vDjjvDZN" \
    "XkJVmL/XWnv6PXrVbTpNxphqWRv2BpPYqvwRMkHgdFliatljMVlkkRHS40FOHmtBhj/4RXtIexfDx8opBXwi0L9R" \
    "TlYNQzGx+FA+74xVHG7Le/pmNDwc2Ri5mbw="
#define ENCRYPTED_05 \
    "6KmUQuPVu7UhjyVqRdbo5SfcRqaHvbUlKSHFvBV2ZuR6TIlKsygcfeSd1GDplg1C5KSKr6UPHCaC/nIX3ZNt9w=="
#define ENCRYPTED_06 \
    "EUCt7xMcNiyASzZj0Hjc5yDjFQrCum6AfQ3ntHiUzjGQ51xieKmbvtrZ40/EcB2W/W8yH0n4Lqx48gJl/T9HD/R3" \
    "09I0P/r5pIZucK3lyEn48FYMr4YdE0QdL2jIJ3xkcXUr6uzefzCxG6lMvwpAJaOyVCzN7sRRw47njfxy5EIqU6R9" \
    "ZBhlTzfdnhhOhK/nTwzrZX3SoGlXFA9OBeZ6ru1NWpXFk76x9DUMe0lcxPPiUqK8ctnQcYXSGUHVqC6DfG7E7mab" \
    "0OmruNN8cBZY5d3dYOBA4OgaH55Q0AJmUpdT8vNiXpXx+6TxT3TIjySXpDrHVyrsb772aYywgg/Nu4kUmGkALwFZ" \
    "lzhjNegR7wDwb9lr4ERXsSSS8JZ8lbBmaQ3F2Tq584xoPj5rIhXAF734ynm4no1g+SdHiNqR328="
#define ENCRYPTED_07 \
    "4ByGGj+sVCYcvGeQYhaKIk1o0pQRNbRjxybjTGblXrBaXlTXeOo1+bXFXDQQb1o6co6Yh9Bv41n7hOchLF6p+Q=="
#define ENCRYPTED_08 \
    "RgqEoJj5A4EMYlLvWO1F86ioRjZfaex/gePD0gOXTxpsq5Yj4GNglrBb8I2BAJVODGajiFnXBu7mCPatfjsu6IHC" \
    "rsTyeDXzF6Bv283dGymzxh6ydJRvZsryDyZbLTE7rhnus50qGPMfp2wASFlzEgMW9z1ef/RD8XzaFYgm7iTdaXpX" \
    "aG4+BiYyolBug/gYNx410cvkKR2/nPwBiT+P4hIiOAQqGp/TywZBtDh1yCF2KOd0gpiMZ5jSw3e29mTvmUHzkVQi" \
    "MS6td7vXUaWOMZnYZlF3So2SjHnwh4jYFxdgpkHHqIrH/54SNdshoQgWYEvccTKe7FS709/5t6NMxuGhcUGAPOQi" \
    "pvWTT4dShyqio7mlsl5noTrb++x6En749zCpQVhDpbV6GDnTbcX2e8K9QaNWHp91eBdCRxthuL0="
#define ENCRYPTED_09 \
    "9s4gMv99m88kKTh/H8IdkOiMg6bisoy3ypwy9H4hvSPe9nsGaqyw5hhSjdYbcrKk+j3nba4HMOTzHrluLBYqxgNc" \
    "BqGsL8GqxlhZgURnAtObvesEl5nZ+uBE8bviY0LWke8Zy9V/QYKxNV2FqllNXcfmstttyIkMKCCmVbCFM2JTF5wY" \
    "0nFhHZSjPUL2Q1qvSUCUld+/WIXrx0oyKQmpB6o8NRrrNrsDf03oxI1p9FxUgMnwKKZeOA/uu+2IEvEBtb7muXsV" \
    "bwbgX05UPPJvFurDXafG0RQyPR+mf1nDnAtQmmNOuiR5MIkdQ39xn1vWwi1O5oazPoQJz0nTYjxxEE8kv3kFxtAG" \
    "VRe3ypD3WeK2XeFYFMNMpatF9XiKzHo3"
#define ENCRYPTED_10 \
    "9s4gMv99m88kKTh/H8IdkNiFGeG9pd7vNWl50fGRWXY="
#define ENCRYPTED_11 \
    "fyVN9BUnH6xNl0/VCHTCg6XGxxvoFdyZ7VQbAbBcQ79dVccYvdIyJYZSMMhkPy8LPaoe+V27qjoQ553fXavmrPOg" \
    "xzHrKKf3YIu63pB4/nN0LY4S+GzUFi/LLFj1TI1sOh0q2jT5u1nYz5G3HFNLd3DFUvJVLtZl8mVMwUOzBpzKZhhm" \
    "CvIJLVlvym9tt+VYwG06MSbmnf9AzYFKhm1BIy+95Q824ilY6Wy8l+vkFqEdASl2k83jMXvlkVRSB3hmNptWTbq8" \
    "ygDdLtkCyA4UEiZvfTskqqVkbYwLptRl/1F+DVL9SH/TWt2j3dCm4rzY5jQG+fA+2xh2Kk+OrVgafqtQCfhjq8C3" \
    "8A2IwCcg2BONKk8s5ijFxQoszmXvJQ3zLYbjzRWQ40xhryDyPNNse7/slKVW2QMBEUPNOxUcX9k="

/* In 04 the text itself is no JSON: a quotation mark is wrong in WeCom's sample. 09 is an answer
 * to WeCom, made with a fixed "random" part. The keys of 07 and 10 differ in bits of no meaning.
 */
const struct callback_vector callback_vectors[CALLBACK_VECTORS] = {
    {.name = "01-official-get-echostr",
     .token = "QDG6eK", .timestamp = "1409659589", .nonce = "263014780",
     .signature = "5c45ff5e21c57e6ad56bac8758b79b1d9ac89fd3",
     .key = "jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C", .receive_id = "wx5823bf96d3bd56c7",
     .encrypted = ENCRYPTED_01,
     .plain = "1616140317555161061",
     .random = "c41b64491c2468d0", .pad = 7, .bytes = 64},
    {.name = "02-official-post-xml",
     .token = "QDG6eK", .timestamp = "1409659813", .nonce = "1372623149",
     .signature = "477715d11cdb4164915debcba66cb864d751f3e6",
     .key = "jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C", .receive_id = "wx5823bf96d3bd56c7",
     .encrypted = ENCRYPTED_02,
     .plain = "<xml><ToUserName><![CDATA[wx5823bf96d3bd56c7]]></ToUserName>\n"
              "<FromUserName><![CDATA[mycreate]]></FromUserName>\n"
              "<CreateTime>1409659813</CreateTime>\n<MsgType><![CDATA[text]]></MsgType>\n"
              "<Content><![CDATA[hello]]></Content>\n<MsgId>4561255354251345929</MsgId>\n"
              "<AgentID>218</AgentID>\n</xml>",
     .body = "<xml><ToUserName><![CDATA[wx5823bf96d3bd56c7]]></ToUserName><Encrypt><![CDATA["
             ENCRYPTED_02
             "]]></Encrypt><AgentID><![CDATA[218]]></AgentID></xml>",
     .random = "0960688932c47ef1", .pad = 30, .bytes = 352},
    {.name = "03-official-post-json-golang",
     .token = "QDG6eK", .timestamp = "1409659813", .nonce = "1372623149",
     .signature = "0623cbc5a8cbee5bcc137c70de99575366fc2af3",
     .key = "jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C", .receive_id = "wx5823bf96d3bd56c7",
     .encrypted = ENCRYPTED_03,
     .plain = "{\"ToUserName\":\"wx5823bf96d3bd56c7\",\"FromUserName\":\"mycreate\","
              "\"CreateTime\": 1409659813,\"MsgType\":\"text\",\"Content\":\"hello\","
              "\"MsgId\":4561255354251345929,\"AgentID\": 218}",
     .body = "{\"tousername\": \"wx5823bf96d3bd56c7\", \"encrypt\": \""
             ENCRYPTED_03
             "\", \"agentid\": \"218\"}",
     .random = "EDH75AiKExevY8L3", .pad = 22, .bytes = 224},
    {.name = "04-official-post-json-php",
     .token = "QDG6eK", .timestamp = "1409659813", .nonce = "1372623149",
     .signature = "1f3153b7abd0ba99b4ab2e57fac2376110d03a3c",
     .key = "jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C", .receive_id = "wx5823bf96d3bd56c7",
     .encrypted = ENCRYPTED_04,
     .plain = "{ \"ToUserName\": \"wx5823bf96d3bd56c7\", \"FromUserName\": :mycreate\", "
              "\"CreateTime\": 1409659813, \"MsgType\": \"text\", "
              "\"Content\": \"hello\", \"MsgId\": 4561255354251345929, \"AgentID\": 218}",
     .body = "{ \"ToUserName\": \"wx5823bf96d3bd56c7\", \"Encrypt\": \""
             ENCRYPTED_04
             "\", \"AgentID\": 218 }",
     .random = "WSaxmGcGQ0R23jRP", .pad = 10, .bytes = 224},
    {.name = "05-goworkwx-get-echostr",
     .token = "kjr2TKI8umCBfVF3wAHk8JiPwma5VBme", .timestamp = "1583940690",
     .nonce = "VHh7ymSeb0jc4lSb",
     .signature = "1ba3cb09c0d2c2b3ed6900d37f91a6efae6cb011",
     .key = "4Ma3YBrSBbX2aez8MJpXGBne5LSDwgGqHbhM9WPYIws", .receive_id = "ww6a112864f8022910",
     .encrypted = ENCRYPTED_05,
     .plain = "94966531020182955848408",
     .random = "5QMsYcwjR95t2vmC", .pad = 3, .bytes = 64},
    {.name = "06-goworkwx-post-xml",
     .token = "kz7Yx62CH8SaLN", .timestamp = "1583995625", .nonce = "1584392382",
     .signature = "f265ae551b1932727204c3d707628d01376a6940",
     .key = "cD0d7jx4tYvVtzqrmh3Dm3QFCXe6f8SlHoMtMh3qQEP", .receive_id = "ww6a112864f8022910",
     .encrypted = ENCRYPTED_06,
     .plain = "<xml><ToUserName><![CDATA[ww6a112864f8022910]]></ToUserName>"
              "<FromUserName><![CDATA[foobar]]></FromUserName>"
              "<CreateTime>1583995625</CreateTime><MsgType><![CDATA[text]]></MsgType>"
              "<Content><![CDATA[x123]]></Content><MsgId>2018405441</MsgId>"
              "<AgentID>1000002</AgentID></xml>",
     .body = "<xml><ToUserName><![CDATA[ww6a112864f8022910]]></ToUserName><Encrypt><![CDATA["
             ENCRYPTED_06
             "]]></Encrypt><AgentID><![CDATA[1000002]]></AgentID></xml>",
     .random = "\x21\xe3\x30\x70\xc5\x6d\x1c\xa4\xe4\xfa\x84\xac\xe7\x13\x34\xf6",
     .pad = 13, .bytes = 320},
    {.name = "07-wechatpy-get-echostr",
     .token = "123456", .timestamp = "1411443780", .nonce = "437374425",
     .signature = "dd6b9c95b495b3f7e2901bfbc76c664930ffdb96",
     .key = "kWxPEV2UEDyxWpmPdKC3F4dgPDmOvfKX1HGnEUDS1aR", .receive_id = "wx49f0ab532d5d035a",
     .encrypted = ENCRYPTED_07,
     .plain = "5927782489442352469",
     .random = "2304fc2fe146f1f8", .pad = 7, .bytes = 64},
    {.name = "08-wechatpy-post-xml",
     .token = "123456", .timestamp = "1411525903", .nonce = "461056294",
     .signature = "74d92dfeb87ba7c714f89d98870ae5eb62dff26d",
     .key = "kWxPEV2UEDyxWpmPdKC3F4dgPDmOvfKX1HGnEUDS1aR", .receive_id = "wx49f0ab532d5d035a",
     .encrypted = ENCRYPTED_08,
     .plain = "<xml><ToUserName><![CDATA[wx49f0ab532d5d035a]]></ToUserName>\n"
              "<FromUserName><![CDATA[messense]]></FromUserName>\n"
              "<CreateTime>1411525903</CreateTime>\n<MsgType><![CDATA[text]]></MsgType>\n"
              "<Content><![CDATA[test]]></Content>\n<MsgId>4363689963896700987</MsgId>\n"
              "<AgentID>1</AgentID>\n</xml>",
     .body = "<xml><ToUserName><![CDATA[wx49f0ab532d5d035a]]></ToUserName>\n<Encrypt><![CDATA["
             ENCRYPTED_08
             "]]></Encrypt>\n<AgentID><![CDATA[1]]></AgentID>\n</xml>",
     .random = "ec90b1530358d4d3", .pad = 1, .bytes = 320},
    {.name = "09-wechatpy-encrypt-reply",
     .token = "123456", .timestamp = "1411525903", .nonce = "461056294",
     .signature = "407518b7649e86ef23978113f92d27afa9296533",
     .key = "kWxPEV2UEDyxWpmPdKC3F4dgPDmOvfKX1HGnEUDS1aR", .receive_id = "wx49f0ab532d5d035a",
     .encrypted = ENCRYPTED_09,
     .plain = "<xml>\n<MsgType><![CDATA[text]]></MsgType>\n"
              "<Content><![CDATA[test]]></Content>\n"
              "<FromUserName><![CDATA[wx49f0ab532d5d035a]]></FromUserName>\n"
              "<ToUserName><![CDATA[messense]]></ToUserName>\n<AgentID>1</AgentID>\n"
              "<CreateTime>1411525903</CreateTime>\n</xml>",
     .random = "1234567890123456", .pad = 3, .bytes = 288},
    {.name = "10-wechatcrypto-decrypt-only",
     .key = "kWxPEV2UEDyxWpmPdKC3F4dgPDmOvfKX1HGnEUDS1aQ", .receive_id = "rust",
     .encrypted = ENCRYPTED_10,
     .plain = "test",
     .random = "1234567890123456", .pad = 4, .bytes = 32},
    {.name = "11-goworkwx-post-2",
     .token = "kz7Yx62CH8SaLN", .timestamp = "1583995625", .nonce = "1584392382",
     .signature = "a44d1b7dc3dc4b02edd99dc32afa6a26be7c92f6",
     .key = "cD0d7jx4tYvVtzqrmh3Dm3QFCXe6f8SlHoMtMh3qQEP", .receive_id = "wwf181555a13a31443",
     .encrypted = ENCRYPTED_11,
     .plain = "<xml><ToUserName><![CDATA[wwf181555a13a31443]]></ToUserName>"
              "<FromUserName><![CDATA[xen0n]]></FromUserName>"
              "<CreateTime>1583995625</CreateTime><MsgType><![CDATA[text]]></MsgType>"
              "<Content><![CDATA[x123]]></Content><MsgId>2018405441</MsgId>"
              "<AgentID>1000002</AgentID></xml>",
     .random = "165537226266209e", .pad = 14, .bytes = 320},
};
/* clang-format on */
