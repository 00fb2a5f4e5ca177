/** Words of the contacts pages, both languages. */
import { defineWords } from '../../lib/i18n.ts'

export const contactsWords = defineWords({
  en: {
    title: 'Contacts',
    find: 'Find by name, e-mail or phone',
    emptyTitle: 'No contacts yet',
    emptyWords: 'Whoever writes to you appears here.',
    unnamed: 'No name yet',
  },
  bn: {
    title: 'গ্রাহক',
    find: 'নাম, ই-মেইল বা ফোন দিয়ে খুঁজুন',
    emptyTitle: 'এখনও কোনো গ্রাহক নেই',
    emptyWords: 'যিনি প্রথম লিখবেন, তাঁকে এখানে দেখা যাবে।',
    unnamed: 'নাম জানা নেই',
  },
})
