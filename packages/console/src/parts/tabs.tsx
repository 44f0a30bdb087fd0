// Tabs within a panel. Views with an address of their own are links instead.

export interface TabsProps<T extends string> {
  readonly label: string;
  readonly tabs: Readonly<Record<T, string>>;
  readonly value: T;
  readonly choose: (tab: T) => void;
}

export function Tabs<T extends string>({ label, tabs, value, choose }: TabsProps<T>) {
  const names = Object.keys(tabs) as T[];
  const step = (by: number) => {
    const next = names[(names.indexOf(value) + by + names.length) % names.length];
    if (next !== undefined) choose(next);
  };
  return (
    <div
      class="tab-list"
      role="tablist"
      aria-label={label}
      onKeyDown={(event) => {
        if (event.key !== 'ArrowRight' && event.key !== 'ArrowLeft') return;
        event.preventDefault();
        event.stopPropagation();
        step(event.key === 'ArrowRight' ? 1 : -1);
      }}
    >
      {names.map((name) => (
        <button
          key={name}
          ref={(element) => {
            // The arrow keys move the focus with the choice.
            if (name === value && element?.parentElement?.contains(document.activeElement)) element.focus();
          }}
          type="button"
          role="tab"
          aria-selected={name === value}
          tabIndex={name === value ? 0 : -1}
          onClick={() => choose(name)}
        >
          {tabs[name]}
        </button>
      ))}
    </div>
  );
}
