// A button that opens a menu above everything else, for actions of lower rank and for what destroys.

import { Ellipsis } from 'lucide';
import { useRef, useState } from 'preact/hooks';
import { Icon, type IconNode } from './icon.tsx';

export interface MenuItem {
  readonly label: string;
  readonly icon?: IconNode;
  readonly run: () => void;
  readonly isDestructive?: boolean;
  readonly isDisabled?: boolean;
  /** The key that does the same. */
  readonly shortcut?: string;
}

export interface MenuProps {
  /** Of the button, and of the menu. */
  readonly label: string;
  readonly items: readonly MenuItem[];
  /** @default three dots */
  readonly icon?: IconNode;
}

/** Between the menu and the edge of the window, in pixels. */
const MARGIN = 8;

export function Menu({ label, items, icon = Ellipsis }: MenuProps) {
  const button = useRef<HTMLButtonElement>(null);
  const list = useRef<HTMLDivElement>(null);
  const [isOpen, setOpen] = useState(false);
  const choose = (item: MenuItem) => {
    list.current?.hidePopover();
    item.run();
  };
  return (
    <>
      <button
        ref={button}
        type="button"
        class="button"
        data-rank="icon"
        aria-label={label}
        title={label}
        aria-haspopup="menu"
        aria-expanded={isOpen}
        onClick={(event) => {
          event.stopPropagation();
          list.current?.togglePopover();
        }}
      >
        <Icon of={icon} />
      </button>
      <div
        ref={list}
        popover="auto"
        class="menu"
        role="menu"
        aria-label={label}
        tabIndex={-1}
        onClick={(event) => event.stopPropagation()}
        onKeyDown={(event) => moveFocus(event)}
        onToggle={(event) => {
          const opened = event.newState === 'open';
          setOpen(opened);
          if (!opened || !button.current) return;
          place(event.currentTarget, button.current);
          event.currentTarget.querySelector<HTMLElement>('[role=menuitem]:not(:disabled)')?.focus();
        }}
      >
        {items.map((item) => (
          <button
            key={item.label}
            type="button"
            role="menuitem"
            data-destructive={item.isDestructive || undefined}
            disabled={item.isDisabled}
            onClick={() => choose(item)}
          >
            {item.icon ? <Icon of={item.icon} /> : <span class="icon" />}
            <span>{item.label}</span>
            {item.shortcut !== undefined && <kbd>{item.shortcut}</kbd>}
          </button>
        ))}
      </div>
    </>
  );
}

/** Below the button and in line with its right edge; above it where there is no room below. */
function place(menu: HTMLElement, button: HTMLElement): void {
  const { left, right, top, bottom } = button.getBoundingClientRect();
  const { width, height } = menu.getBoundingClientRect();
  const isBelow = bottom + height + MARGIN < innerHeight;
  const x = left + width + MARGIN < innerWidth ? left : right - width;
  menu.style.left = `${Math.max(MARGIN, x)}px`;
  menu.style.top = `${isBelow ? bottom + 4 : Math.max(MARGIN, top - height - 4)}px`;
}

const STEPS: ReadonlyMap<string, number> = new Map([
  ['ArrowDown', 1],
  ['ArrowUp', -1],
]);

function moveFocus(event: KeyboardEvent & { readonly currentTarget: HTMLElement }): void {
  const step = STEPS.get(event.key);
  event.stopPropagation();
  if (step === undefined) return;
  event.preventDefault();
  const items = [...event.currentTarget.querySelectorAll<HTMLElement>('[role=menuitem]:not(:disabled)')];
  const at = items.indexOf(document.activeElement as HTMLElement);
  items[(at + step + items.length) % items.length]?.focus();
}
