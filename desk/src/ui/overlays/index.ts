/** What the overlay chunk holds. */
export { DialogPopup } from './dialog-popup.tsx'
export { MenuPopup } from './menu-popup.tsx'
export { PickerPopup } from './picker-popup.tsx'
