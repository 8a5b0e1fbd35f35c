/* Tests of the simulator: command line, data file, start and end. */
#include "check_sim.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

/* Runs the simulator with the arguments until it ends by itself: its exit status, and what it
 * said on standard error. */
static int run_to_end(const char *const *arguments, char said[1000]) {
    const char *argv[16] = {sim_binary};
    FILE *taken = tmpfile();
    int status = 0;
    pid_t pid = 0;

    for (size_t i = 0; i < 14 && arguments[i] != NULL; i++)
        argv[i + 1] = arguments[i];
    pid = fork();
    if (pid == 0) {
        if (dup2(fileno(taken), STDERR_FILENO) >= 0 && freopen("/dev/null", "r", stdin) != NULL &&
            freopen("/dev/null", "w", stdout) != NULL)
            execv(sim_binary, (char *const *)argv);
        _exit(127);
    }
    ck_assert_int_eq(waitpid(pid, &status, 0), pid);
    rewind(taken);
    said[fread(said, 1, 999, taken)] = '\0';
    fclose(taken);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

START_TEST(bad_usage_is_told_with_status_2) {
    static const char *const rows[][8] = {
        {NULL},
        {"--port", "0", NULL},
        {"--port", "x", "--data", "y", NULL},
        {"--port", "70000", "--data", "y", NULL},
        {"--port", "0", "--data", "y", "--cert", "z", NULL},
        {"--port", "0", "--data", "y", "more", NULL},
        {"--volume", NULL},
    };
    char said[1000];

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        ck_assert_int_eq(run_to_end(rows[i], said), 2);
        ck_assert_ptr_nonnull(strstr(said, "Try wecom-sim --help"));
    }
    ck_assert_int_eq(run_to_end((const char *const[]){"--help", NULL}, said), 0);
}
END_TEST

START_TEST(a_bad_data_file_is_refused_with_file_key_and_reason) {
    static const struct {
        const char *text, *says;
    } rows[] = {
        {"{", ":1:"},
        {"{\"corp_id\":\"w\"}", "corp.departments: is missing"},
        {"{\"corp_id\":\"w\",\"departments\":[],\"members\":[],\"apps\":[],\"x\":1}",
         "corp.x: is not a known key"},
        {"{\"corp_id\":\"w\",\"departments\":[{\"id\":1,\"name\":\"r\"}],\"apps\":[],"
         "\"members\":[{\"userid\":\"a\",\"name\":\"b\",\"phone\":\"1\"}]}",
         "members[0].phone: is not a known key"},
        {"{\"corp_id\":\"w\",\"departments\":[{\"id\":1,\"name\":\"r\"}],\"apps\":[],"
         "\"members\":[{\"userid\":\"a\",\"name\":\"b\"},{\"userid\":\"A\",\"name\":\"c\"}]}",
         "members[1]: its id stands in the file twice"},
        {"{\"corp_id\":\"w\",\"departments\":[{\"id\":1,\"name\":\"r\"}],\"members\":[],"
         "\"apps\":[{\"agent_id\":\"1\",\"secret\":\"s\"}]}",
         "apps[0].agent_id: must be a whole number"},
        {"{\"corp_id\":\"w\",\"departments\":[{\"id\":2,\"name\":\"r\",\"parentid\":1}],"
         "\"members\":[],\"apps\":[]}",
         "department 2: its parentid 1 does not exist"},
        {"{\"corp_id\":\"w\",\"departments\":[],\"members\":[],\"apps\":[],\"limits\":{\"x\":1}}",
         "limits.x: is not a known option"},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        char file[200];
        char said[1000];
        FILE *out = NULL;
        snprintf(file, sizeof(file), "%s/bad.json", sim_dir);
        out = fopen(file, "w");
        ck_assert_ptr_nonnull(out);
        ck_assert_int_ge(fputs(rows[i].text, out), 0);
        ck_assert_int_eq(fclose(out), 0);
        ck_assert_int_eq(
            run_to_end((const char *const[]){"--port", "0", "--data", file, NULL}, said), 1);
        ck_assert_ptr_nonnull(strstr(said, file));
        ck_assert_msg(strstr(said, rows[i].says) != NULL, "%s", said);
        unlink(file);
    }
}
END_TEST

START_TEST(the_ca_file_is_readable_and_holds_no_key) {
    struct stat info;
    char text[4000] = "";
    FILE *in = NULL;

    sim_setup();
    ck_assert_int_eq(stat(sim_ca_file(sim), &info), 0);
    ck_assert_uint_eq(info.st_mode & 0777, 0644);
    in = fopen(sim_ca_file(sim), "r");
    ck_assert_uint_gt(fread(text, 1, sizeof(text) - 1, in), 0);
    fclose(in);
    ck_assert_ptr_nonnull(strstr(text, "BEGIN CERTIFICATE"));
    ck_assert_ptr_null(strstr(text, "KEY"));
    sim_teardown();
}
END_TEST

START_TEST(a_hundred_thousand_members_are_served) {
    static const char *const more[] = {"--generate", "100000", NULL};
    json_t *answer = NULL;

    sim = sim_start_with(sim_binary, sim_data, sim_dir, more);
    ck_assert_ptr_nonnull(sim);
    answer = call(DATA_APP, "user/get?userid=USER100000");
    ck_assert_str_eq(text_of(answer, "userid"), "user100000");
    ck_assert_uint_ge(json_array_size(json_object_get(answer, "department")), 1);
    json_decref(answer);
    ck_assert_int_eq(call_errcode(LINUX_APP, "user/get?userid=user100000"), 60011);
    answer = call(DATA_APP, "user/simplelist?department_id=1&fetch_child=1");
    ck_assert_uint_eq(json_array_size(json_object_get(answer, "userlist")), 100015);
    json_decref(answer);
    sim_teardown();
}
END_TEST

START_TEST(it_ends_when_its_standard_input_is_closed) {
    int in[2];
    int out[2];
    char ready[300];
    pid_t pid = 0;
    int status = 0;

    ck_assert_int_eq(pipe(in), 0);
    ck_assert_int_eq(pipe(out), 0);
    pid = fork();
    if (pid == 0) {
        dup2(in[0], STDIN_FILENO);
        dup2(out[1], STDOUT_FILENO);
        close(in[1]);
        execl(sim_binary, sim_binary, "--port", "0", "--data", sim_data, "--exit-on-stdin-eof",
              (char *)NULL);
        _exit(127);
    }
    close(in[0]);
    close(out[1]);
    ck_assert_int_gt(read(out[0], ready, sizeof(ready)), 0);
    close(in[1]);
    ck_assert_int_eq(waitpid(pid, &status, 0), pid);
    ck_assert(WIFEXITED(status));
    ck_assert_int_eq(WEXITSTATUS(status), 0);
    close(out[0]);
}
END_TEST

START_TEST(it_ends_cleanly_with_requests_and_polls_under_way) {
    CURLM *multi = curl_multi_init();
    CURL *handle = curl_easy_init();
    char *url = NULL;
    int running = 1;

    sim_setup();
    ck_assert(sim_fault(sim, "{\"kind\":\"hang\",\"path\":\"/cgi-bin/tag/list\"}"));
    ask_prepare(handle, &(struct ask){.path = "/cgi-bin/tag/list"}, &url);
    curl_multi_add_handle(multi, handle);
    while (sim_count(sim, "/cgi-bin/tag/list") < 1) {
        curl_multi_perform(multi, &running);
        curl_multi_poll(multi, NULL, 0, 10, NULL);
    }
    sim_teardown();
    curl_multi_remove_handle(multi, handle);
    curl_easy_cleanup(handle);
    curl_multi_cleanup(multi);
    free(url);
}
END_TEST

Suite *suite_start(void) {
    Suite *suite = suite_create("start");
    TCase *tcase = tcase_create("start");

    tcase_set_timeout(tcase, TEST_TIMEOUT_S);
    tcase_add_test(tcase, bad_usage_is_told_with_status_2);
    tcase_add_test(tcase, a_bad_data_file_is_refused_with_file_key_and_reason);
    tcase_add_test(tcase, the_ca_file_is_readable_and_holds_no_key);
    tcase_add_test(tcase, a_hundred_thousand_members_are_served);
    tcase_add_test(tcase, it_ends_when_its_standard_input_is_closed);
    tcase_add_test(tcase, it_ends_cleanly_with_requests_and_polls_under_way);
    suite_add_tcase(suite, tcase);
    return suite;
}
