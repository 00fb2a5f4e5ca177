/**
 * Who plays in the demo and what they say: *Shapla Crafts*, a crafts shop, and its neighbour *Meghna Telecom*, whom
 * nothing of the shop's may reach. Times are minutes before the demo is made. The people are the personas of the tests
 * and docs; every name and address is invented.
 */
import type { ConversationStatus } from '@central-desk/contract/conversations.ts'
import type { Channel, InboxSettings } from '@central-desk/contract/inboxes.ts'
import type { Role } from '@central-desk/contract/permissions.ts'
import { SHAPLA_SCENES } from './scenes.ts'

export type Step = { readonly minutesAgo: number } & (
  | { readonly customer: string }
  | { readonly by: string; readonly reply: string }
  | { readonly by: string; readonly note: string }
  | { readonly by: string; readonly assign: string }
  | { readonly by: string; readonly tag: string }
  | { readonly by: string; readonly status: Exclude<ConversationStatus, 'snoozed'> }
)
export type Scene = {
  readonly channel: Channel
  /** Known to the shop by id and name; null for an anonymous visitor. */
  readonly customer: { readonly id: string; readonly name: string } | null
  readonly steps: readonly Step[]
}
export type Cast = {
  readonly name: string
  readonly language: 'en' | 'bn'
  /** The first one signs up, the others are invited. */
  readonly people: readonly { readonly name: string; readonly email: string; readonly role: Role }[]
  readonly inboxes: readonly { readonly channel: Channel; readonly name: string; readonly settings: InboxSettings }[]
  readonly tags: readonly {
    readonly name: string
    readonly colour: 'teal' | 'blue' | 'violet' | 'rose' | 'amber' | 'green'
  }[]
  readonly savedReplies: readonly {
    readonly shortcut: string
    readonly title: string
    readonly text: string
    readonly language: 'bn' | 'en' | 'banglish'
  }[]
  readonly scenes: readonly Scene[]
}

export const SHAPLA: Cast = {
  name: 'Shapla Crafts',
  language: 'en',
  people: [
    { name: 'Rahima Begum', email: 'rahima@shaplacrafts.example', role: 'owner' },
    { name: 'Tanvir Ahmed', email: 'tanvir@shaplacrafts.example', role: 'admin' },
    { name: 'Nusrat Jahan', email: 'nusrat@shaplacrafts.example', role: 'agent' },
    { name: 'Farid Hossain', email: 'farid@shaplacrafts.example', role: 'viewer' },
  ],
  inboxes: [
    {
      channel: 'webchat',
      name: 'Shop website',
      settings: { colour: '#0b6b62', greeting: 'আসসালামু আলাইকুম! How can we help you today?' },
    },
    { channel: 'api', name: 'Order system', settings: {} },
  ],
  tags: [
    { name: 'COD', colour: 'amber' },
    { name: 'Delivery', colour: 'blue' },
    { name: 'Return', colour: 'rose' },
    { name: 'Wholesale', colour: 'violet' },
    { name: 'নকশি কাঁথা', colour: 'teal' },
  ],
  savedReplies: [
    {
      shortcut: 'salam',
      title: 'Greeting',
      text: 'আসসালামু আলাইকুম {{contact.first_name|আপু/ভাইয়া}}, শাপলা ক্রাফটসে স্বাগতম। কীভাবে সাহায্য করতে পারি?',
      language: 'bn',
    },
    {
      shortcut: 'delivery',
      title: 'Delivery charge and time',
      text: 'ঢাকার ভেতরে ডেলিভারি ৮০ টাকা, ২-৩ দিন। ঢাকার বাইরে ১৩০ টাকা, ৩-৫ দিন। ক্যাশ অন ডেলিভারি আছে।',
      language: 'bn',
    },
    {
      shortcut: 'bkash',
      title: 'Paying by bKash',
      text: 'Hi {{contact.first_name|there}}, you can pay by bKash from the checkout page. You will get a receipt by SMS at once.',
      language: 'en',
    },
    {
      shortcut: 'thikana',
      title: 'Ask for the address',
      text: 'Apu/bhaiya, order confirm korte apnar nam, phone number ar full thikana ta din please.',
      language: 'banglish',
    },
  ],
  scenes: SHAPLA_SCENES,
}

export const NEIGHBOUR: Cast = {
  name: 'Meghna Telecom',
  language: 'en',
  people: [
    { name: 'Shaila Karim', email: 'shaila@meghnatelecom.example', role: 'owner' },
    { name: 'Kabir Chowdhury', email: 'kabir@meghnatelecom.example', role: 'admin' },
  ],
  inboxes: [
    {
      channel: 'webchat',
      name: 'Support chat',
      settings: { colour: '#1c5fb0', greeting: 'Hello from Meghna Telecom.' },
    },
    { channel: 'api', name: 'SIM portal', settings: {} },
  ],
  tags: [{ name: 'SIM', colour: 'blue' }],
  savedReplies: [
    { shortcut: 'hello', title: 'Greeting', text: 'Hello, this is Meghna Telecom. How can we help?', language: 'en' },
  ],
  scenes: [
    {
      channel: 'webchat',
      customer: { id: 'mt-2201', name: 'Jamal Uddin' },
      steps: [
        { minutesAgo: 300, customer: 'My new SIM is not active since yesterday. Number ends with 7731.' },
        {
          minutesAgo: 290,
          by: 'Kabir Chowdhury',
          reply:
            'Sorry for the wait. I have restarted the activation; please switch the phone off and on in ten minutes.',
        },
      ],
    },
    {
      channel: 'api',
      customer: { id: 'portal-88', name: 'Roksana Parvin' },
      steps: [{ minutesAgo: 120, customer: 'প্যাকেজ বদলাতে চাই, কীভাবে করব?' }],
    },
  ],
}
