/** The few icons of the chat, drawn on a 24-unit grid. Always beside words or inside a control that has a name. */

const SHAPES = {
  close: 'm6 9 6 6 6-6',
  remove: 'm7 7 10 10M17 7 7 17',
  attach: 'm20 11.5-7.8 7.8a4.6 4.6 0 0 1-6.5-6.5l8-8a3 3 0 0 1 4.3 4.3l-8 8a1.5 1.5 0 0 1-2.1-2.1l7.3-7.3',
  send: 'M12 19V5m-6.5 6.5L12 5l6.5 6.5',
  down: 'M12 5v14m-6.5-6.5L12 19l6.5-6.5',
  file: 'M14 3H7.5A1.5 1.5 0 0 0 6 4.5v15A1.5 1.5 0 0 0 7.5 21h9a1.5 1.5 0 0 0 1.5-1.5V7zm0 0v4h4',
  shield: 'M12 3 5 6v5c0 4.6 2.9 8.3 7 10 4.1-1.7 7-5.4 7-10V6zm-3 9 2 2 4-4',
  clock: 'M12 7v5l3 2m6-2a9 9 0 1 1-18 0 9 9 0 0 1 18 0z',
  alert: 'M12 8v5m0 3v.1M21 12a9 9 0 1 1-18 0 9 9 0 0 1 18 0z',
  check: 'm5 12.5 4.5 4.5L19 7.5',
} as const

export function Icon({ name }: { name: keyof typeof SHAPES }) {
  return (
    <svg class="icon" viewBox="0 0 24 24" aria-hidden="true">
      <path d={SHAPES[name]} />
    </svg>
  )
}
