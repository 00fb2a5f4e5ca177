/** The chat's words in English and Bangla, each written in its own language, and how each formats numbers and times. */

export type Language = 'en' | 'bn'

export interface Words {
  language: Language
  locale: string
  close: string
  greeting: string
  empty: string
  emptyFleeting: string
  ownTab: string
  thread: string
  message: string
  send: string
  attach: string
  limits: (files: string, size: string) => string
  drop: string
  remove: (name: string) => string
  uploading: string
  uploadWaits: string
  uploadFailed: string
  programFile: string
  tooLarge: (name: string, size: string) => string
  tooMany: (files: string) => string
  emptyFile: (name: string) => string
  sending: string
  waits: string
  sent: string
  notSent: string
  filesLost: string
  tryAgain: string
  discard: string
  you: string
  team: string
  today: string
  yesterday: string
  earlier: string
  newBelow: string
  news: (count: string) => string
  starting: string
  offline: string
  reconnecting: string
  unavailable: string
  who: string
  whoReads: (name: string) => string
  whoHost: string
  whoKept: string
  whoKnown: (name: string) => string
  whoAnonymous: string
}

const en: Words = {
  language: 'en',
  locale: 'en-IN',
  close: 'Close chat',
  greeting: 'Hello! How can we help?',
  empty: 'Write to us below. You can leave this page: the answer will be here when you come back.',
  emptyFleeting:
    'Please keep this page open until you have your answer: your browser keeps no memory for chats inside a page.',
  ownTab: 'Open the chat in its own tab',
  thread: 'Conversation',
  message: 'Write a message',
  send: 'Send',
  attach: 'Add files',
  limits: (files, size) => `Up to ${files} files, ${size} each`,
  drop: 'Drop your files here',
  remove: (name) => `Remove ${name}`,
  uploading: 'Uploading…',
  uploadWaits: 'Waiting for a connection',
  uploadFailed: 'This file was not accepted',
  programFile: 'Programs cannot be sent',
  tooLarge: (name, size) => `“${name}” is larger than ${size}.`,
  tooMany: (files) => `One message takes ${files} files.`,
  emptyFile: (name) => `“${name}” is empty.`,
  sending: 'Sending…',
  waits: 'Goes out once connected again',
  sent: 'Sent',
  notSent: 'Not sent',
  filesLost: 'Its files have to be added again.',
  tryAgain: 'Try again',
  discard: 'Delete',
  you: 'You',
  team: 'Team',
  today: 'Today',
  yesterday: 'Yesterday',
  earlier: 'Show earlier messages',
  newBelow: 'New message',
  news: (count) => `${count} new messages`,
  starting: 'Opening the chat…',
  offline: 'You are offline. Write anyway: it goes out when you are back.',
  reconnecting: 'Reconnecting…',
  unavailable: 'This chat is not open at the moment.',
  who: 'Who sees this?',
  whoReads: (name) => `The team that answers for ${name} reads what you write here.`,
  whoHost: 'The page around this chat cannot read it. The chat sets no cookies and loads nothing from other companies.',
  whoKept: 'Messages and files are stored encrypted, under a key that belongs to this team alone.',
  whoKnown: (name) => `The website has told the team who you are: ${name}.`,
  whoAnonymous: 'The team does not know who you are unless you tell them.',
}

const bn: Words = {
  language: 'bn',
  locale: 'bn-BD',
  close: 'চ্যাট বন্ধ করুন',
  greeting: 'স্বাগতম! কীভাবে সাহায্য করতে পারি?',
  empty: 'নিচে লিখে পাঠান। পাতাটি ছেড়ে গেলেও অসুবিধা নেই, ফিরে এসে এখানেই উত্তর পাবেন।',
  emptyFleeting: 'উত্তর না পাওয়া পর্যন্ত পাতাটি খোলা রাখুন: আপনার ব্রাউজার পাতার ভেতরের চ্যাট মনে রাখতে দেয় না।',
  ownTab: 'চ্যাটটি আলাদা ট্যাবে খুলুন',
  thread: 'কথোপকথন',
  message: 'আপনার কথা লিখুন',
  send: 'পাঠান',
  attach: 'ফাইল যোগ করুন',
  limits: (files, size) => `সর্বোচ্চ ${files}টি ফাইল, প্রতিটি ${size} পর্যন্ত`,
  drop: 'ফাইলগুলো এখানে ছেড়ে দিন',
  remove: (name) => `${name} বাদ দিন`,
  uploading: 'আপলোড হচ্ছে…',
  uploadWaits: 'সংযোগের অপেক্ষায়',
  uploadFailed: 'ফাইলটি নেওয়া যায়নি',
  programFile: 'প্রোগ্রাম ফাইল পাঠানো যায় না',
  tooLarge: (name, size) => `“${name}” ফাইলটি ${size}-এর চেয়ে বড়।`,
  tooMany: (files) => `একটি বার্তায় ${files}টির বেশি ফাইল দেওয়া যায় না।`,
  emptyFile: (name) => `“${name}” ফাইলটি খালি।`,
  sending: 'পাঠানো হচ্ছে…',
  waits: 'সংযোগ ফিরলেই চলে যাবে',
  sent: 'পাঠানো হয়েছে',
  notSent: 'পাঠানো যায়নি',
  filesLost: 'ফাইলগুলো আবার যোগ করতে হবে।',
  tryAgain: 'আবার পাঠান',
  discard: 'মুছে ফেলুন',
  you: 'আপনি',
  team: 'আমাদের দল',
  today: 'আজ',
  yesterday: 'গতকাল',
  earlier: 'আগের বার্তা দেখুন',
  newBelow: 'নতুন বার্তা',
  news: (count) => `${count}টি নতুন বার্তা`,
  starting: 'চ্যাট খোলা হচ্ছে…',
  offline: 'এখন ইন্টারনেট নেই। তবু লিখুন, সংযোগ ফিরলেই চলে যাবে।',
  reconnecting: 'আবার সংযোগ করা হচ্ছে…',
  unavailable: 'এই চ্যাট এখন বন্ধ আছে।',
  who: 'কারা এটি দেখতে পান?',
  whoReads: (name) => `${name}-এর পক্ষে যাঁরা উত্তর দেন, তাঁরাই আপনার লেখা পড়েন।`,
  whoHost: 'চ্যাটের বাইরের পাতাটি এখানকার লেখা পড়তে পারে না। চ্যাট কুকি রাখে না, অন্য কোনো প্রতিষ্ঠান থেকে কিছু আনেও না।',
  whoKept: 'বার্তা ও ফাইল এনক্রিপ্ট করে রাখা হয়; তার চাবি শুধু এই দলের জন্যই আলাদা।',
  whoKnown: (name) => `আপনার পরিচয় ওয়েবসাইটটি এই দলকে জানিয়েছে: ${name}।`,
  whoAnonymous: 'নিজে না জানালে দলটি আপনার পরিচয় জানে না।',
}

/** The first language of the wishes that we have; English when none is. */
export function wordsFor(wishes: readonly (string | null)[]): Words {
  for (const wish of wishes) {
    if (wish && /^bn\b/i.test(wish)) return bn
    if (wish && /^en\b/i.test(wish)) return en
  }
  return en
}

/** Language of a text by its letters, so that a screen reader changes its voice. */
export function languageOf(text: string): Language {
  return /[\u0980-\u09ff]/.test(text) ? 'bn' : 'en'
}

const MEGABYTE = 1024 * 1024
const KILOBYTE = 1024

/** 20 MB, 340 KB; in Bangla with Bangla digits. */
export function sizeOf(bytes: number, { locale }: Words): string {
  const [value, unit] = bytes >= MEGABYTE ? [bytes / MEGABYTE, 'MB'] : [Math.max(1, bytes / KILOBYTE), 'KB']
  return `${value.toLocaleString(locale, { maximumFractionDigits: value < 10 ? 1 : 0 })} ${unit}`
}

export function timeOf(at: Date, { locale }: Words): string {
  return at.toLocaleTimeString(locale, { hour: 'numeric', minute: '2-digit' })
}

export function dayName(at: Date, now: Date, words: Words): string {
  const yesterday = new Date(now)
  yesterday.setDate(now.getDate() - 1)
  if (at.toDateString() === now.toDateString()) return words.today
  if (at.toDateString() === yesterday.toDateString()) return words.yesterday
  const year = at.getFullYear() === now.getFullYear() ? undefined : 'numeric'
  return at.toLocaleDateString(words.locale, { weekday: 'short', day: 'numeric', month: 'long', year })
}
