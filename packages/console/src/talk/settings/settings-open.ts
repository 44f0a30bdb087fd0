// Whether the settings of Talk are shown; kept by the browser.

import { remembered } from '../../parts/remembered.ts';

export const areSettingsOpen = remembered('settings-open', false, (value) => typeof value === 'boolean');
