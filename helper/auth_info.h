/* What sshd says of the factors that a login had before PAM was asked: SSH_AUTH_INFO_0, one line a
 * factor (OpenSSH auth2.c, auth2_update_session_info, and auth-pam.c, expose_authinfo):
 *
 *     publickey ssh-ed25519 AAAAC3Nz...
 *     publickey sk-ssh-ed25519@openssh.com AAAAGnNr... signature count = 17
 *     password
 *
 * Only sshd's own word counts here, and only for sshd's own service: a service that counts keys has
 * no callers but root (config.c), a caller's word reaches no other service's windows, and the
 * module takes it from the PAM environment, which no user of the host can set before he is in.
 * (pam_env with user_readenv could: it reads a file of the user whose login it is.)
 */
#ifndef WECOM_HELPER_AUTH_INFO_H
#define WECOM_HELPER_AUTH_INFO_H

#include <stdbool.h>

enum { AUTH_INFO_BYTES = 32 };

/* A digest of the public key that the login was made with, over its whole blob; with several keys
 * over all of them in their order. Of a certificate the blob is the certificate, not the key in it:
 * with a new one (other principals, another time of validity) a person begins anew, and no field of
 * it has to be understood here.
 *
 * False, and nothing is written, when no key is named, or when any line does not have the form
 * above: a factor that is not understood is none. Only `publickey` counts; a password, a host's key
 * or Kerberos does not.
 */
bool auth_info_key(const char *text, unsigned char fingerprint[AUTH_INFO_BYTES]);

#endif
