// Hands a file of the page's to the browser's downloads.

export function saveFile(blob: Blob, name: string): void {
  const address = URL.createObjectURL(blob);
  const link = document.createElement('a');
  link.href = address;
  link.download = name;
  link.click();
  URL.revokeObjectURL(address);
}

/** A session may be called anything; a file may not. */
export const fileName = (name: string): string =>
  name
    .replace(/\.jsonl$/, '')
    .replace(/[^0-9A-Za-z_-]/g, '_')
    .slice(0, 80) || 'session';
