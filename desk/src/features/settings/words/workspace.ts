/** Words of the general page of a workspace, both languages. */
import { defineWords } from '../../../lib/i18n.ts'

export const workspaceWords = defineWords({
  en: {
    words: 'Name, language and time of the whole workspace.',
    about: 'The workspace',
    name: 'Name',
    nameHint: 'Your team sees it in the navigation, and your customers at the top of the web chat.',
    language: 'Language of the workspace',
    languageHint: 'New teammates begin in it; each of them may choose another one.',
    zone: 'Time zone',
    zoneHint: (time: string) => `Days and snooze times follow it. There it is ${time} now.`,
    zonePreferred: 'Often chosen',
    zoneAll: 'All time zones',
    lasting: 'What stays as it is',
    address: 'Address',
    since: 'Since',
    saved: 'Workspace saved',
    codes: { unknown_time_zone: 'The server does not know this time zone. Choose another one.' } as Record<
      string,
      string
    >,
  },
  bn: {
    words: 'পুরো ওয়ার্কস্পেসের নাম, ভাষা ও সময়।',
    about: 'ওয়ার্কস্পেস',
    name: 'নাম',
    nameHint: 'মেনুতে আপনার দল দেখে, ওয়েব চ্যাটের উপরে গ্রাহকেরাও দেখেন।',
    language: 'ওয়ার্কস্পেসের ভাষা',
    languageHint: 'নতুন সহকর্মী এই ভাষায় শুরু করেন; চাইলে নিজেরটা বদলে নিতে পারেন।',
    zone: 'সময় অঞ্চল',
    zoneHint: (time) => `দিন ও পরে দেখার সময় এটি মেনে চলে। সেখানে এখন ${time}।`,
    zonePreferred: 'বেশি ব্যবহৃত',
    zoneAll: 'সব সময় অঞ্চল',
    lasting: 'যা একই থাকে',
    address: 'ঠিকানা',
    since: 'কবে থেকে',
    saved: 'ওয়ার্কস্পেস সংরক্ষণ হয়েছে',
    codes: { unknown_time_zone: 'সার্ভার এই সময় অঞ্চল চেনে না। অন্য একটি বেছে নিন।' },
  },
})
