// An image of a conversation, drawn from its bytes. An image URL is shown as text and never fetched.

import { decodeBase64 } from '@colloquy/protocol';
import { useEffect, useRef, useState } from 'preact/hooks';
import { SafeText } from './safe-text.tsx';

const WIDEST = 320;
const DATA = /^data:(image\/(?:png|jpeg|webp|gif));base64,/;

export function Picture({ address }: { address: string }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const [size, setSize] = useState('');
  useEffect(() => {
    let isGone = false;
    const type = DATA.exec(address.slice(0, 64));
    const bytes = type && decodeBase64(address.slice(type[0].length));
    if (!type || !bytes) return;
    createImageBitmap(new Blob([bytes as Uint8Array<ArrayBuffer>], { type: type[1] as string })).then(
      (image) => {
        const { current } = canvas;
        if (isGone || !current) return image.close();
        const scale = Math.min(1, WIDEST / image.width);
        current.width = Math.max(1, Math.round(image.width * scale));
        current.height = Math.max(1, Math.round(image.height * scale));
        current.getContext('2d')?.drawImage(image, 0, 0, current.width, current.height);
        setSize(`${image.width} × ${image.height}`);
        image.close();
      },
      () => setSize('cannot be displayed'),
    );
    return () => {
      isGone = true;
    };
  }, [address]);
  if (!DATA.test(address.slice(0, 64))) {
    return (
      <p class="hint">
        image URL, not fetched:{' '}
        <code>
          <SafeText text={address.slice(0, 500)} />
        </code>
      </p>
    );
  }
  return (
    <figure class="picture">
      <canvas ref={canvas} role="img" aria-label={`Image of the user, ${size}`} />
      <figcaption class="hint">image, {size}</figcaption>
    </figure>
  );
}
