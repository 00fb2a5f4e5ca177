/** Small pictures of what a choice looks like. Decoration: the label beside each says it in words. */
const LIGHT = {
  ground: '#ffffff',
  panel: '#f6f7f8',
  line: '#e1e5e8',
  ink: '#14181c',
  soft: '#c9d0d6',
  accent: '#0b6b62',
}
const DARK = {
  ground: '#101418',
  panel: '#161b20',
  line: '#262e35',
  ink: '#eceff2',
  soft: '#4a555f',
  accent: '#3cc7b5',
}
type Paints = typeof LIGHT

const WIDTH = 160
const HEIGHT = 92

function Screen({ paints, clip }: { paints: Paints; clip?: string }) {
  return (
    <g clipPath={clip}>
      <rect width={WIDTH} height={HEIGHT} fill={paints.ground} />
      <rect width="34" height={HEIGHT} fill={paints.panel} />
      <rect x="34" width="1" height={HEIGHT} fill={paints.line} />
      <rect x="8" y="12" width="18" height="4" rx="2" fill={paints.accent} />
      <rect x="8" y="24" width="14" height="4" rx="2" fill={paints.soft} />
      <rect x="8" y="36" width="18" height="4" rx="2" fill={paints.soft} />
      <rect x="46" y="14" width="62" height="5" rx="2.5" fill={paints.ink} />
      <rect x="46" y="28" width="84" height="16" rx="6" fill={paints.panel} stroke={paints.line} />
      <rect x="78" y="52" width="70" height="16" rx="6" fill={paints.accent} />
      <rect x="46" y="76" width="102" height="8" rx="4" fill={paints.ground} stroke={paints.soft} />
    </g>
  )
}

export function ThemeArt({ theme }: { theme: 'system' | 'light' | 'dark' }) {
  return (
    <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} aria-hidden="true">
      <clipPath id="theme-half">
        <path d={`M${WIDTH * 0.62} 0H${WIDTH}V${HEIGHT}H${WIDTH * 0.38}Z`} />
      </clipPath>
      <Screen paints={theme === 'dark' ? DARK : LIGHT} />
      {theme === 'system' && <Screen paints={DARK} clip="url(#theme-half)" />}
      <rect x="0.5" y="0.5" width={WIDTH - 1} height={HEIGHT - 1} rx="6" fill="none" stroke="#8b96a0" opacity="0.45" />
    </svg>
  )
}

const ROWS = { comfortable: { height: 26, lines: [8, 16] }, compact: { height: 15, lines: [6] } } as const

export function DensityArt({ density }: { density: keyof typeof ROWS }) {
  const { height, lines } = ROWS[density]
  const count = Math.ceil(HEIGHT / height)
  return (
    <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} className="density-art" aria-hidden="true">
      <rect width={WIDTH} height={HEIGHT} fill="var(--panel)" />
      {Array.from({ length: count }, (_, row) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the rows are all the same
        <g key={row} transform={`translate(0 ${row * height})`}>
          <circle cx="15" cy={height / 2} r={density === 'compact' ? 4 : 7} fill="var(--control)" opacity="0.55" />
          {lines.map((y, line) => (
            <rect
              key={y}
              x="30"
              y={y}
              width={line === 0 ? 72 + ((row * 29) % 24) : 96 + ((row * 17) % 22)}
              height="3.5"
              rx="1.75"
              fill="var(--text-2)"
              opacity={line === 0 ? 0.8 : 0.35}
            />
          ))}
          <rect y={height - 1} width={WIDTH} height="1" fill="var(--line)" />
        </g>
      ))}
      <rect x="0.5" y="0.5" width={WIDTH - 1} height={HEIGHT - 1} rx="6" fill="none" stroke="#8b96a0" opacity="0.45" />
    </svg>
  )
}
