/**
 * Which files are programs by their name: what a double click would run, install or unpack into something that runs.
 * The screens say so before a byte leaves; the server asks again, and looks at the first bytes too. It names kinds, it
 * does not look for malice: a document with a macro is a document.
 */
const PROGRAM_ENDINGS: ReadonlySet<string> = new Set(
  [
    'exe com scr pif cpl msi msp mst msix msixbundle appx appxbundle application gadget bat cmd ps1 psm1 vb vbe vbs',
    'ws wsf wsh hta js jse jar jnlp lnk scf reg inf dll sys drv ocx chm iso img vhd vhdx',
    'apk apks xapk aab ipa dmg pkg app command workflow scpt',
    'deb rpm appimage snap flatpak flatpakref run elf sh bash csh ksh zsh desktop',
  ].flatMap((endings) => endings.split(' ')),
)

export function isProgramName(fileName: string): boolean {
  // Windows runs `photo.exe. ` as `photo.exe`; wide letters are letters.
  const name = fileName
    .normalize('NFKC')
    .replace(/[.\s]+$/, '')
    .toLowerCase()
  return PROGRAM_ENDINGS.has(name.slice(name.lastIndexOf('.') + 1)) && name.includes('.')
}
