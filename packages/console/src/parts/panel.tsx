// One of the panels of a log: a heading with actions, and what scrolls below it.

import { type ComponentChildren, createContext } from 'preact';

/** The name of the panel a component is in: its keys come first while the focus is there. */
export const PanelName = createContext<string | undefined>(undefined);

export interface PanelProps {
  /** For shortcuts and styles. */
  readonly name: string;
  readonly title: string;
  readonly actions?: ComponentChildren;
  /** Without it the title is read aloud only. @default true */
  readonly hasHead?: boolean;
  readonly children: ComponentChildren;
}

export function Panel({ name, title, actions, hasHead = true, children }: PanelProps) {
  return (
    <PanelName.Provider value={name}>
      <section class="panel" data-panel={name}>
        {hasHead && (
          <header class="panel-head">
            <h2>{title}</h2>
            {actions}
          </header>
        )}
        {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be within reach of the keyboard */}
        <section class="log-body" data-tab={name} tabIndex={0} aria-label={title}>
          {children}
        </section>
      </section>
    </PanelName.Provider>
  );
}
