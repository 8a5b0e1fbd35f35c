/* What may have held the code is wiped: jansson's memory when it goes, and used-up stack. */
#ifndef WECOM_TOOLS_LOGIN_MEMORY_H
#define WECOM_TOOLS_LOGIN_MEMORY_H

/* Makes jansson wipe what it frees. To be called before jansson is used at all. */
void login_memory_start(void);

/* Wipes the stack below the caller, as far down as our functions go. Copying leaves bytes in vector
 * registers, and ld.so saves those on the stack when it binds the next function of a library: a
 * code was found there.
 */
void login_memory_wipe_stack(void);

#endif
