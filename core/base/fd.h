/*
 * What descriptors need everywhere: not to be left to children, to be written to whole, and to be
 * on the disk.
 * All functions: any thread.
 */
#ifndef KS_BASE_FD_H
#define KS_BASE_FD_H

#include <stdbool.h>
#include <stddef.h>

/* False with errno set when the descriptor is none. */
bool ks_fd_close_on_exec(int fd);
bool ks_fd_nonblocking(int fd);

/* A pipe that children don't inherit. False with errno set: then both ends are -1. */
bool ks_fd_pipe(int ends[2]);

/*
 * Writes all of it, however often it takes, and waits where a non-blocking descriptor is full.
 * False with errno set when the rest can't be written.
 */
bool ks_fd_write_all(int fd, const void *data, size_t len);

/*
 * Takes the file for ourselves, for as long as it is open. False when another has it. A file system
 * without locks has none to respect.
 */
bool ks_fd_try_lock(int fd);

/*
 * Has the names in a folder on the disk, as fsync has a file's content. False with errno set; a
 * file system that has no such thing (EINVAL) is fine.
 */
bool ks_fd_sync_folder(const char *folder);

#endif
