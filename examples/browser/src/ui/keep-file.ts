/** One file that the user wants kept in this browser, in the page's own part of the disk (OPFS). */

const FOLDER = 'kept';

/** The kept file; undefined if there is none, or the browser has no such storage. */
export async function keptFile(): Promise<File | undefined> {
  try {
    const folder = await (await navigator.storage.getDirectory()).getDirectoryHandle(FOLDER);
    for await (const handle of (
      folder as unknown as { values(): AsyncIterable<FileSystemHandle> }
    ).values()) {
      if (handle.kind === 'file') return await (handle as FileSystemFileHandle).getFile();
    }
  } catch {
    // No storage, or nothing in it.
  }
  return undefined;
}

/** Keeps a file, in place of the one before. @throws Error where the browser cannot, or there is no room. */
export async function keepFile(file: File): Promise<void> {
  await forgetFile();
  const folder = await (await navigator.storage.getDirectory()).getDirectoryHandle(FOLDER, { create: true });
  const handle = await folder.getFileHandle(file.name, { create: true });
  const writable = await handle.createWritable();
  await file.stream().pipeTo(writable);
}

/** Deletes the kept file. */
export async function forgetFile(): Promise<void> {
  const root = await navigator.storage.getDirectory();
  await root.removeEntry(FOLDER, { recursive: true }).catch(() => {});
}
