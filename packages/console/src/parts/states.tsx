// Placeholders for content: empty, loading, failed.

import { CircleAlert } from 'lucide';
import type { ComponentChildren } from 'preact';
import { Icon, type IconNode } from './icon.tsx';

export interface EmptyStateProps {
  readonly icon: IconNode;
  readonly title: string;
  /** How to fill it. */
  readonly children?: ComponentChildren;
}

export function EmptyState({ icon, title, children }: EmptyStateProps) {
  return (
    <div class="empty-state">
      <Icon of={icon} size={24} />
      <p class="empty-title">{title}</p>
      {children && <div class="empty-text">{children}</div>}
    </div>
  );
}

/** Rows of the height of a list, while its content is on the way. */
export function Skeleton({ rows = 3 }: { rows?: number }) {
  return (
    <div class="skeleton" role="status" aria-label="Loading">
      {Array.from({ length: rows }, (_, row) => (
        <div key={row} />
      ))}
    </div>
  );
}

export interface ErrorStateProps {
  readonly title: string;
  /** Why, and what to do. */
  readonly children?: ComponentChildren;
}

export function ErrorState({ title, children }: ErrorStateProps) {
  return (
    <div class="error-state" role="alert">
      <Icon of={CircleAlert} />
      <p>{title}</p>
      {children}
    </div>
  );
}
