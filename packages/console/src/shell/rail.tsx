// The navigation rail: pages, palette, settings, theme and keys. On a narrow screen it is the bottom bar.

import { ArrowLeftRight, List, Mic, Monitor, Moon, Settings, Sun } from 'lucide';
import type { AppState } from '../app-state.ts';
import { PaletteButton } from '../palette/palette-button.tsx';
import { IconButton } from '../parts/button.tsx';
import { Icon, type IconNode } from '../parts/icon.tsx';
import { areSettingsOpen } from '../talk/settings/settings-open.ts';
import { ShortcutList } from './shortcut-list.tsx';
import { useShortcuts } from './shortcuts.ts';
import { THEMES, type Theme, theme } from './theme.ts';

export function Rail({ app }: { app: AppState }) {
  const at = app.place.value;
  return (
    <div class="rail">
      <a class="brand" href="#/talk" aria-label="Colloquy" title="Colloquy">
        <Logo />
      </a>
      <nav aria-label="Console">
        {app.hasServer && (
          <RailLink to="#/talk" icon={Mic} isHere={at.view === 'log' && at.source.kind === 'talk'} label="Talk" />
        )}
        <RailLink to="#/home" icon={List} isHere={at.view === 'home'} label={app.hasServer ? 'Sessions' : 'Open'} />
        <RailLink to="#/compare/-/-" icon={ArrowLeftRight} isHere={at.view === 'compare'} label="Compare" />
      </nav>
      <div class="rail-tools">
        <PaletteButton app={app} />
        <SettingsButton app={app} />
        <ThemeSwitch />
        <ShortcutList />
      </div>
    </div>
  );
}

function RailLink({ to, icon, isHere, label }: { to: string; icon: IconNode; isHere: boolean; label: string }) {
  return (
    <a class="rail-link" href={to} aria-current={isHere ? 'page' : undefined}>
      <Icon of={icon} size={20} />
      <span>{label}</span>
    </a>
  );
}

/** Opens the settings of Talk, from anywhere. */
function SettingsButton({ app }: { app: AppState }) {
  const at = app.place.value;
  const isTalk = at.view === 'log' && at.source.kind === 'talk';
  const toggle = () => {
    areSettingsOpen.value = !isTalk || !areSettingsOpen.peek();
    if (!isTalk) app.go({ view: 'log', source: { kind: 'talk' }, tab: 'conversation' });
  };
  useShortcuts('Settings', isTalk ? [{ key: 's', label: 'settings', run: toggle }] : []);
  return (
    <IconButton
      icon={Settings}
      label="Settings"
      {...(isTalk && { shortcut: 's' })}
      aria-pressed={isTalk && areSettingsOpen.value}
      onClick={toggle}
    />
  );
}

const THEME_ICONS: Readonly<Record<Theme, IconNode>> = { system: Monitor, light: Sun, dark: Moon };

/** From one theme to the next. */
function ThemeSwitch() {
  const now = theme.value;
  const next = THEMES[(THEMES.indexOf(now) + 1) % THEMES.length] as Theme;
  return (
    <IconButton
      icon={THEME_ICONS[now]}
      label={`Theme: ${now}. Switch to ${next}`}
      onClick={() => {
        theme.value = next;
      }}
    />
  );
}

/** The logo: the waveforms of two speakers. */
function Logo() {
  return (
    <svg class="icon logo" width="24" height="24" viewBox="0 0 24 24" aria-hidden="true">
      <path class="logo-user" d="M3 9v6M7 6v12M11 9.5v5" />
      <path class="logo-assistant" d="M13 4v16M17 7v10M21 10v4" />
    </svg>
  );
}
