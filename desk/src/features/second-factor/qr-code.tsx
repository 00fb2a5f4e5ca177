/** A QR code as one path, always dark on light with its quiet edge: cameras do not know dark themes. */
import { correction, generate } from 'lean-qr'
import { useMemo } from 'react'

const EDGE = 4

export function QrCode({ text, label }: { text: string; label: string }) {
  const { size, path } = useMemo(() => {
    const bits = generate(text, { minCorrectionLevel: correction.M })
    let path = ''
    for (let y = 0; y < bits.size; y++) {
      for (let x = 0; x < bits.size; x++) if (bits.get(x, y)) path += `M${x + EDGE} ${y + EDGE}h1v1h-1z`
    }
    return { size: bits.size + 2 * EDGE, path }
  }, [text])
  return (
    <svg className="qr" viewBox={`0 0 ${size} ${size}`} role="img" aria-label={label} shapeRendering="crispEdges">
      <rect width={size} height={size} fill="#ffffff" />
      <path d={path} fill="#000000" />
    </svg>
  )
}
