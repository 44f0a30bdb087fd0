// The button that opens a file.

export function OpenFile({ open, label = 'Open a file' }: { open: (file: File) => void; label?: string }) {
  return (
    <label class="file-button">
      {label}
      <input
        type="file"
        accept=".jsonl,.ndjson,.json,.har,.log,.txt,.gz"
        onChange={({ currentTarget }) => {
          const [file] = currentTarget.files ?? [];
          if (file) open(file);
          currentTarget.value = '';
        }}
      />
    </label>
  );
}
