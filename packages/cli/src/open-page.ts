// Opens the console in the user's browser.

interface Surroundings {
  readonly platform: NodeJS.Platform;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly isTerminal: boolean;
}

/** Whether there is anybody to open a page for: a terminal, no CI, and on Linux a display. */
export function canOpenPage({ platform, env, isTerminal }: Surroundings): boolean {
  if (!isTerminal || (env.CI && env.CI !== 'false')) return false;
  if (platform !== 'linux') return true;
  return Boolean(env.DISPLAY || env.WAYLAND_DISPLAY || env.WSL_DISTRO_NAME);
}

/** Opens the page. Resolves with whether a browser was started; the server runs on if not. */
export async function openPage(url: string): Promise<boolean> {
  try {
    const { default: open } = await import('open');
    const browser = await open(url);
    browser.on('error', () => {}); // it is the user's to see that nothing opened
    return true;
  } catch {
    // No browser here, or one that does not start: the address is on the screen.
    return false;
  }
}
