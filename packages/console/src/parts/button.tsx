// Buttons of three ranks: primary, quiet, and an icon alone.

import type { ButtonHTMLAttributes, ComponentChildren } from 'preact';
import { Icon, type IconNode } from './icon.tsx';

type Attributes = Omit<ButtonHTMLAttributes<HTMLButtonElement>, 'class' | 'icon' | 'label' | 'children'>;

export interface ButtonProps extends Attributes {
  /** One of a screen is `primary`. @default 'quiet' */
  readonly rank?: 'primary' | 'quiet';
  readonly icon?: IconNode;
  readonly children: ComponentChildren;
}

export function Button({ rank = 'quiet', icon, children, type = 'button', ...rest }: ButtonProps) {
  return (
    <button {...rest} type={type} class="button" data-rank={rank}>
      {icon && <Icon of={icon} />}
      {icon ? <span>{children}</span> : children}
    </button>
  );
}

export interface IconButtonProps extends Attributes {
  readonly icon: IconNode;
  /** What it does. Read aloud, and shown as a tooltip with the key. */
  readonly label: string;
  /** The key that does the same. */
  readonly shortcut?: string;
}

export function IconButton({ icon, label, shortcut, type = 'button', ...rest }: IconButtonProps) {
  return (
    <button
      {...rest}
      type={type}
      class="button"
      data-rank="icon"
      aria-label={label}
      title={shortcut === undefined ? label : `${label} (${shortcut})`}
    >
      <Icon of={icon} />
    </button>
  );
}
