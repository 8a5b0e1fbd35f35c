/* Shared by support_scan.c and support_browser.c only. */
#ifndef WECOM_TESTS_E2E_SUPPORT_SCAN_INTERNAL_H
#define WECOM_TESTS_E2E_SUPPORT_SCAN_INTERNAL_H

/* No log and no file may have this at the end. */
void scan_remember(const char *secret);

void browsers_begin(void);
void browsers_end(void);

#endif
