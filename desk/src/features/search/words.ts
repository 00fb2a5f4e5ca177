/** Words of the search page, both languages. */
import { defineWords } from '../../lib/i18n.ts'

export const searchWords = defineWords({
  en: {
    title: 'Search',
    field: 'Search messages',
    placeholder: 'A word, the beginning of a word, a phone or order number',
    hits: 'Messages',
    similar: 'Sounds alike',
    similarWords: 'Written differently, perhaps the same word.',
    nothingTitle: (q: string) => `Nothing found for “${q}”`,
    nothingWords: 'Try the beginning of the word, or another spelling.',
    tipsTitle: 'Find what a customer wrote',
    tipsWords: 'Whole words and their beginnings, in Bangla, English and Banglish. Bangla and English digits are one.',
    examples: 'For example',
    incomplete: 'Some new messages are still being indexed. They will be found in a moment.',
    found: (n: number, shown: string) => (n === 1 ? '1 message found' : `${shown} messages found`),
    foundSimilar: (n: number, shown: string) => (n === 1 ? '1 more sounds alike' : `${shown} more sound alike`),
  },
  bn: {
    title: 'খুঁজুন',
    field: 'বার্তা খুঁজুন',
    placeholder: 'শব্দ, শব্দের শুরু, ফোন বা অর্ডার নম্বর',
    hits: 'বার্তা',
    similar: 'শুনতে একই রকম',
    similarWords: 'বানান আলাদা, হয়তো একই শব্দ।',
    nothingTitle: (q) => `“${q}” দিয়ে কিছু পাওয়া যায়নি`,
    nothingWords: 'শব্দের শুরুটা লিখে বা অন্য বানানে দেখুন।',
    tipsTitle: 'গ্রাহক যা লিখেছেন, খুঁজে নিন',
    tipsWords: 'পুরো শব্দ বা শব্দের শুরু; বাংলা, ইংরেজি বা বাংলিশে। বাংলা আর ইংরেজি অঙ্ক একই ধরা হয়।',
    examples: 'যেমন',
    incomplete: 'নতুন কিছু বার্তা এখনও সূচিতে উঠছে। একটু পরেই পাওয়া যাবে।',
    found: (_n, shown) => `${shown}টি বার্তা পাওয়া গেছে`,
    foundSimilar: (_n, shown) => `শুনতে একই রকম আরও ${shown}টি`,
  },
})
