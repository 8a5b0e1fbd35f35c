/* What a Check program offers to tests/check_main.c. */
#ifndef WECOM_TESTS_CHECK_MAIN_H
#define WECOM_TESTS_CHECK_MAIN_H

#include <check.h>

/* The one suite of this program, with all its cases. */
Suite *suite(void);

#endif
