/**
 * What each command is found by besides its name: English, Bangla and Banglish together, because people type whichever
 * comes first. Loaded with the palette.
 */
import type { CommandId } from './keymap.ts'

export const ALIASES: Readonly<Record<CommandId, string>> = {
  next: 'next conversation পরের porer',
  previous: 'previous conversation আগের ager',
  open: 'open খুলুন khulo khulun',
  back: 'back list ফিরুন তালিকা talika firo',
  reply: 'reply answer উত্তর লিখুন uttor likho jobab',
  note: 'note internal private নোট likho',
  close: 'close resolve done reopen বন্ধ করুন শেষ খুলুন bondho bondo koro shesh',
  closeNext: 'close next বন্ধ পরের bondho porer',
  closePrevious: 'close previous বন্ধ আগের bondho ager',
  snooze: 'snooze later পরে দেখান pore dekhao',
  assign: 'assign দায়িত্ব দিন dayitto dao',
  assignMe: 'assign to me take mine দায়িত্ব আমি নিই ami nei dayitto amar',
  tags: 'tags label ট্যাগ tag',
  unread: 'mark unread না-পড়া পড়া হয়নি pora hoyni',
  block: 'block unblock spam ban ব্লক স্প্যাম blok koro bad dao',
  undo: 'undo ফিরিয়ে নিন firiye nao',
  search: 'search find খুঁজুন khujo khojo',
  palette: 'commands',
  sheet: 'keyboard shortcuts help কিবোর্ড শর্টকাট সাহায্য keyboard sahajjo',
  panes: 'next pane অংশ',
  goMine: 'go mine my inbox আমার amar',
  goUnassigned: 'go unassigned দায়িত্ব বাকি dayitto baki',
  goAll: 'go all open inbox সব খোলা shob khola',
  goSnoozed: 'go snoozed পরে দেখার pore dekhar',
  goClosed: 'go closed archive বন্ধ bondho',
  goContacts: 'go contacts customers people গ্রাহক grahok',
  goSettings: 'go settings preferences সেটিংস settings',
  themeLight: 'light theme bright হালকা থিম alo halka',
  themeDark: 'dark theme night mode গাঢ় থিম রাত garo rat',
  themeSystem: 'system theme সিস্টেম থিম',
  language: 'language bangla bengali english ভাষা বাংলা ইংরেজি bhasha',
  signOut: 'sign out log out logout সাইন আউট বের হন ber hon',
}
