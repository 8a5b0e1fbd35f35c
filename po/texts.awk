# Makes a table of sentences from two .po files: en.po first, then the translation. With -v web=1 that
# of wecom-web, of the words that begin with web_; else that of the helper, of all the others.
# A .po file here has one-line msgid "WORD" and msgstr "SENTENCE" pairs. A word that one of the files
# lacks, or has twice, stops the build.
/^msgid "/ {
    id = substr($0, 8, length($0) - 8)
    next
}
/^msgstr "/ {
    if (id == "") next
    text = substr($0, 8)
    if ((FILENAME, id) in seen) { bad = bad "\n" FILENAME ": " id " is there twice" }
    seen[FILENAME, id] = 1
    if (FNR == NR) { en[id] = text; order[++n] = id } else { zh[id] = text }
    id = ""
}
END {
    for (i = 1; i <= n; i++) {
        if (!(order[i] in zh)) bad = bad "\n" FILENAME ": " order[i] " is missing"
        if ((order[i] ~ /^web_/) == (web == 1)) printf "{\"%s\", %s, %s},\n", order[i], en[order[i]], zh[order[i]]
    }
    for (word in zh) if (!(word in en)) bad = bad "\n" FILENAME ": " word " is not in the first file"
    if (bad != "") { print "po:" bad > "/dev/stderr"; exit 1 }
}
