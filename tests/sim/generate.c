/* Made-up members for large companies, the same ones on every run. */
#include "data.h"
#include "table.h"
#include "text.h"

#include <stdio.h>

#define FIRST_ID 100000     /* department ids above those of any hand-written file */
#define MEMBERS_PER_TEAM 12 /* a usual team */
#define TEAMS_PER_UNIT 8

static const char *const surnames[] = {"王", "李", "张", "刘", "陈", "杨", "黄", "赵", "吴", "周",
                                       "徐", "孙", "马", "朱", "胡", "郭", "何", "林", "高", "罗"};
static const char *const given[] = {"伟",   "芳",   "娜",   "敏",   "静",   "强",   "磊",
                                    "洋",   "艳",   "勇",   "军",   "杰",   "娟",   "涛",
                                    "明",   "超",   "秀英", "建国", "志强", "晓东", "海燕",
                                    "文博", "雨桐", "子涵", "嘉怡", "思远", "俊杰"};
static const char *const units[] = {"研发中心", "销售部",   "市场部", "财务部",
                                    "人力资源", "客户服务", "运维部", "生产部"};

#define COUNT(list) (sizeof(list) / sizeof((list)[0]))

static void generate_department(struct corp *corp, int64_t id, int64_t parentid, char *name) {
    struct department *one = text_alloc(sizeof(*one));

    one->id = id;
    one->parentid = parentid;
    one->order = id;
    one->name = name;
    one->parent = corp_department(corp, parentid);
    table_put_id(corp->departments, id, one);
}

/* 94 % active, 3 % not activated, 2 % disabled, 1 % left. */
static int64_t generate_status(int64_t i) {
    int64_t share = i * 37 % 100;

    if (share < 94)
        return 1;
    return share < 97 ? 4 : share < 99 ? 2 : 5;
}

static struct member *generate_member(int64_t i, int64_t team, int64_t second) {
    struct member *member = text_alloc(sizeof(*member));
    size_t n = second != 0 ? 2 : 1;

    member->userid = text_format("user%06lld", (long long)i);
    member->name = text_format("%s%s", surnames[(size_t)(i * 7) % COUNT(surnames)],
                               given[(size_t)(i * 11) % COUNT(given)]);
    member->mobile = text_format("139%08lld", (long long)i);
    member->email = text_format("user%06lld@example.com", (long long)i);
    member->gender = text_copy(i % 2 == 0 ? "2" : "1");
    member->status = generate_status(i);
    member->enable = -1;
    member->department.v = text_alloc(n * sizeof(int64_t));
    member->department.v[0] = team;
    if (n == 2)
        member->department.v[1] = second;
    member->department.n = n;
    return member;
}

void data_generate(struct corp *corp, int64_t n) {
    int64_t next = FIRST_ID;
    int64_t unit = 0;
    int64_t team = 0;
    int64_t n_teams = 0;
    int64_t previous = 0;

    for (int64_t i = 1; i <= n; i++) {
        if ((i - 1) % (MEMBERS_PER_TEAM * TEAMS_PER_UNIT) == 0) {
            unit = next++;
            generate_department(corp, unit, 1,
                                text_format("%s%lld", units[(size_t)unit % COUNT(units)],
                                            (long long)(unit - FIRST_ID + 1)));
        }
        if ((i - 1) % MEMBERS_PER_TEAM == 0) {
            previous = team;
            team = next++;
            generate_department(corp, team, unit, text_format("%lld组", (long long)++n_teams));
        }
        /* One in twenty works for two teams. */
        corp_add_member(corp, generate_member(i, team, i % 20 == 0 ? previous : 0));
    }
}
