export const OFFERS: Readonly<
  Record<'chromium' | 'chromiumRecvonly' | 'chromiumPcmu' | 'chromiumVideo' | 'firefox' | 'embedded', string>
>;
