/** Words of the tags page, both languages. */
import type { Tag } from '@central-desk/contract/workspaces.ts'
import { defineWords } from '../../../lib/i18n.ts'

const colours: Record<Tag['colour'], string> = {
  grey: 'Grey',
  teal: 'Teal',
  blue: 'Blue',
  violet: 'Violet',
  rose: 'Rose',
  amber: 'Amber',
  green: 'Green',
}

export const tagsWords = defineWords({
  en: {
    words: 'Labels to sort conversations by. The whole team shares them.',
    make: 'New tag',
    name: 'Name',
    nameHint: (limit: string) => `Up to ${limit} characters. “Order” and “order” are one tag.`,
    colour: 'Colour',
    colours,
    add: 'Add tag',
    added: (name: string) => `Tag “${name}” added`,
    saved: (name: string) => `Tag “${name}” saved`,
    list: 'All tags',
    listWords: (n: number, shown: string, limit: string) =>
      n === 1 ? `1 tag of at most ${limit}` : `${shown} tags of at most ${limit}`,
    emptyTitle: 'No tags yet',
    emptyWords: 'A handful is enough: “delivery”, “refund”, “wholesale”.',
    editOf: (name: string) => `Edit tag ${name}`,
    deleteOf: (name: string) => `Delete tag ${name}`,
    deleteTitle: (name: string) => `Delete the tag “${name}”?`,
    deleteWords: 'It is taken off every conversation that carries it. Which ones those were cannot be found again.',
    deleteRename: 'To change the word only, rename the tag: conversations keep it.',
    deleted: (name: string) => `Tag “${name}” deleted`,
    codes: {
      already_taken: 'There is a tag with this name.',
      wrong_form: 'Write at least one letter or digit.',
    } as Record<string, string>,
  },
  bn: {
    words: 'কথোপকথন গুছিয়ে রাখার চিহ্ন। পুরো দল একই ট্যাগ ব্যবহার করে।',
    make: 'নতুন ট্যাগ',
    name: 'নাম',
    nameHint: (limit) => `সর্বোচ্চ ${limit}টি অক্ষর। “Order” আর “order” একই ট্যাগ।`,
    colour: 'রং',
    colours: {
      grey: 'ধূসর',
      teal: 'সবুজাভ নীল',
      blue: 'নীল',
      violet: 'বেগুনি',
      rose: 'গোলাপি',
      amber: 'হলুদ',
      green: 'সবুজ',
    },
    add: 'ট্যাগ যোগ করুন',
    added: (name) => `“${name}” ট্যাগ যোগ হয়েছে`,
    saved: (name) => `“${name}” ট্যাগ সংরক্ষণ হয়েছে`,
    list: 'সব ট্যাগ',
    listWords: (_n, shown, limit) => `${shown}টি ট্যাগ, সর্বোচ্চ ${limit}টি রাখা যায়`,
    emptyTitle: 'এখনও কোনো ট্যাগ নেই',
    emptyWords: 'অল্প কয়েকটিই যথেষ্ট: “ডেলিভারি”, “ফেরত”, “পাইকারি”।',
    editOf: (name) => `${name} ট্যাগ বদলান`,
    deleteOf: (name) => `${name} ট্যাগ মুছুন`,
    deleteTitle: (name) => `“${name}” ট্যাগটি মুছবেন?`,
    deleteWords: 'যত কথোপকথনে এটি আছে, সব জায়গা থেকে উঠে যাবে। কোনগুলোতে ছিল, তা আর জানা যাবে না।',
    deleteRename: 'শুধু শব্দটা বদলাতে চাইলে ট্যাগের নাম বদলান; কথোপকথনে ট্যাগ থেকে যাবে।',
    deleted: (name) => `“${name}” ট্যাগ মুছে ফেলা হয়েছে`,
    codes: {
      already_taken: 'এই নামে ট্যাগ আগে থেকেই আছে।',
      wrong_form: 'অন্তত একটি অক্ষর বা অঙ্ক লিখুন।',
    },
  },
})
