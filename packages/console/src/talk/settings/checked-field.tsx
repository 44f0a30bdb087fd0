// A text field with what is wrong with its value below it.

import { useId, useState } from 'preact/hooks';

export interface CheckedFieldProps {
  readonly label: string;
  /** The field of the API, as a tooltip. */
  readonly name: string;
  readonly value: string;
  readonly change: (text: string) => void;
  /** Whether it changes when the field is left or Enter is pressed, and not with each key. */
  readonly isLazy?: boolean;
  readonly issue?: string | undefined;
  /** @default 'text' */
  readonly type?: 'text' | 'url' | 'password';
  /** Of code: a field of several lines. */
  readonly rows?: number;
  readonly placeholder?: string;
}

export function CheckedField(props: CheckedFieldProps) {
  const { label, name, value, change, isLazy = false, issue, type = 'text', rows, placeholder } = props;
  const id = useId();
  /** What is typed stays as it is while the field has the focus, however it is written into the tools. */
  const [draft, setDraft] = useState<string>();
  const common = {
    id,
    value: draft ?? value,
    placeholder,
    spellcheck: false,
    'aria-invalid': issue !== undefined,
    'aria-describedby': issue === undefined ? undefined : `${id}-issue`,
    onInput: ({ currentTarget }: { readonly currentTarget: { readonly value: string } }) => {
      setDraft(currentTarget.value);
      if (!isLazy) change(currentTarget.value);
    },
    onChange: ({ currentTarget }: { readonly currentTarget: { readonly value: string } }) => {
      if (isLazy) change(currentTarget.value);
    },
    onBlur: () => setDraft(undefined),
  };
  return (
    <div class="checked-field">
      <label class="field" title={name} for={id}>
        <span>{label}</span>
        {rows !== undefined ? (
          <textarea {...common} rows={rows} class="code" />
        ) : type === 'password' ? (
          <input {...common} type="password" autocomplete="off" />
        ) : (
          <input {...common} type="text" inputMode={type} autocomplete="off" />
        )}
      </label>
      {issue !== undefined && (
        <p id={`${id}-issue`} class="trouble">
          {issue}
        </p>
      )}
    </div>
  );
}
