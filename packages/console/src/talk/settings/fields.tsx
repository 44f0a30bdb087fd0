// The fields of the settings: a name, a control, and the name that the API has for it.

import type { Signal } from '@preact/signals';
import type { ComponentChildren } from 'preact';

interface FieldProps {
  readonly label: string;
  /** The field of `session.update`, as a tooltip. */
  readonly name?: string;
}

export interface SuggestedProps extends FieldProps {
  readonly id: string;
  readonly value: Signal<string>;
  readonly known: readonly string[];
  readonly placeholder?: string;
  readonly disabled?: boolean;
}

/** Any text, with those that are known as suggestions. */
export function Suggested({ id, label, name, value, known, placeholder, disabled }: SuggestedProps) {
  return (
    <label class="field" title={name}>
      <span>{label}</span>
      <input
        type="text"
        list={`${id}-known`}
        value={value.value}
        placeholder={placeholder}
        disabled={disabled}
        onInput={({ currentTarget }) => {
          value.value = currentTarget.value;
        }}
      />
      <datalist id={`${id}-known`}>
        {known.map((each) => (
          <option key={each} value={each} />
        ))}
      </datalist>
    </label>
  );
}

export interface ChoiceProps<T extends string> extends FieldProps {
  readonly value: T;
  readonly choices: Readonly<Record<T, string>>;
  readonly choose: (value: T) => void;
  readonly disabled?: boolean;
}

export function Choice<T extends string>({ label, name, value, choices, choose, disabled }: ChoiceProps<T>) {
  return (
    <label class="field" title={name}>
      <span>{label}</span>
      <select value={value} disabled={disabled} onChange={({ currentTarget }) => choose(currentTarget.value as T)}>
        {(Object.entries(choices) as [T, string][]).map(([each, text]) => (
          <option key={each} value={each}>
            {text}
          </option>
        ))}
      </select>
    </label>
  );
}

export interface SliderProps extends FieldProps {
  /** `undefined` while the server's own value holds. */
  readonly value: Signal<number | undefined>;
  /** What a server has by itself. */
  readonly initial: number;
  readonly min: number;
  readonly max: number;
  readonly step: number;
  readonly unit?: string;
  readonly children?: ComponentChildren;
}

export function Slider({ label, name, value, initial, min, max, step, unit = '', children }: SliderProps) {
  const now = value.value ?? initial;
  return (
    <label class="field slider" title={name}>
      <span>{label}</span>
      {/* Not an output, which the label would name in place of the slider. */}
      <span class="slider-value" aria-hidden="true">{`${now}${unit}`}</span>
      <input
        type="range"
        {...{ min, max, step }}
        value={now}
        aria-valuetext={`${now}${unit}`}
        onInput={({ currentTarget }) => {
          value.value = Number(currentTarget.value);
        }}
      />
      {children}
    </label>
  );
}
