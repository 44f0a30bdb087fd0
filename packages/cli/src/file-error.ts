// Messages for errors of the file system.

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'it does not exist',
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  EISDIR: 'it is a directory',
  ENOTDIR: 'a part of its path is not a directory',
  ELOOP: 'its symbolic links form a loop',
  ENAMETOOLONG: 'its name is too long',
  ENOSPC: 'the disk is full',
  EROFS: 'the disk is read-only',
  EMFILE: 'too many files are open',
  EEXIST: 'it already exists',
  EIO: 'the disk had an error',
};

/** Completes "<file> cannot be read:". An error code without a text of its own stays as it is. */
export function fileErrorText(error: unknown): string {
  const { code = 'unknown error' } = error as NodeJS.ErrnoException;
  return Object.hasOwn(REASONS, code) ? (REASONS[code] ?? code) : code;
}
