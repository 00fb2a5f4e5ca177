/** Words of the settings pages, both languages; they come with the chunk that shows them. */
import { defineWords } from '../../lib/i18n.ts'

export const settingsWords = defineWords({
  en: {
    title: 'Settings',
    appearance: 'Appearance and language',
    theme: 'Theme',
    language: 'Language of the desk',
    latinDigits: 'Latin digits on Bangla screens',
    latinDigitsHint: '123 instead of ১২৩. Codes and phone numbers are Latin anyway.',
    habits: 'Habits',
    enterSends: 'Enter sends',
    enterSendsHint: 'Shift+Enter breaks the line. When off, Ctrl+Enter sends.',
    singleKeys: 'Single-key shortcuts',
    singleKeysHint: 'J, K, R and the like. Turn off if you work by voice or press keys by accident.',
    compactList: 'Compact list',
    compactListHint: 'One line per conversation less.',
    sound: 'Sound for new messages',
  },
  bn: {
    title: 'সেটিংস',
    appearance: 'চেহারা ও ভাষা',
    theme: 'থিম',
    language: 'ডেস্কের ভাষা',
    latinDigits: 'বাংলা পর্দায় ইংরেজি অঙ্ক',
    latinDigitsHint: '১২৩-এর বদলে 123। কোড আর ফোন নম্বর সব সময়ই ইংরেজি অঙ্কে থাকে।',
    habits: 'কাজের অভ্যাস',
    enterSends: 'Enter চাপলেই পাঠানো',
    enterSendsHint: 'নতুন লাইনের জন্য Shift+Enter। বন্ধ থাকলে Ctrl+Enter দিয়ে পাঠাবেন।',
    singleKeys: 'এক কি-এর শর্টকাট',
    singleKeysHint: 'J, K, R ইত্যাদি। কণ্ঠে কাজ করলে বা ভুলে চাপ পড়লে বন্ধ রাখুন।',
    compactList: 'ঘন তালিকা',
    compactListHint: 'প্রতিটি কথোপকথনে এক লাইন কম।',
    sound: 'নতুন বার্তায় শব্দ',
  },
})
