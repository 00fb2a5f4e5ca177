/**
 * The conversations of Shapla Crafts: questions of a crafts shop in Bangla, English and Banglish, some answered, some
 * waiting, some closed. Oldest first, because the demo's clock only walks forward.
 */
import type { Scene } from './cast.ts'

const DAY = 24 * 60

export const SHAPLA_SCENES: readonly Scene[] = [
  {
    channel: 'webchat',
    customer: { id: 'c-1007', name: 'Mehnaz Rahman' },
    steps: [
      { minutesAgo: 5 * DAY, customer: 'Hello, do you ship the terracotta vases to Chattogram? They look fragile.' },
      { minutesAgo: 5 * DAY - 6, by: 'Nusrat Jahan', assign: 'Nusrat Jahan' },
      {
        minutesAgo: 5 * DAY - 8,
        by: 'Nusrat Jahan',
        reply:
          'Yes, we do. Each vase goes in a double box with straw, and if one arrives broken we send another at no cost. Chattogram takes 3 to 4 days.',
      },
      { minutesAgo: 5 * DAY - 15, customer: 'Perfect, I will order two. Thank you!' },
      {
        minutesAgo: 5 * DAY - 17,
        by: 'Nusrat Jahan',
        reply: 'Thank you, Mehnaz. You will get an SMS when it leaves us.',
      },
      { minutesAgo: 5 * DAY - 18, by: 'Nusrat Jahan', tag: 'Delivery' },
      { minutesAgo: 5 * DAY - 19, by: 'Nusrat Jahan', status: 'closed' },
    ],
  },
  {
    channel: 'webchat',
    customer: { id: 'c-1011', name: 'শফিকুল ইসলাম' },
    steps: [
      { minutesAgo: 4 * DAY, customer: 'ভাই, জামদানি শাড়িটা কি হাতে বোনা? দাম ৮,৫০০ টাকা একটু বেশি মনে হচ্ছে।' },
      {
        minutesAgo: 4 * DAY - 21,
        by: 'Tanvir Ahmed',
        reply: 'জি ভাইয়া, রূপগঞ্জের তাঁতিদের হাতে বোনা, ৮৪ কাউন্ট সুতা। একটা শাড়ি বুনতে প্রায় ২৫ দিন লাগে। চাইলে বুননের ভিডিও পাঠাতে পারি।',
      },
      { minutesAgo: 4 * DAY - 40, customer: 'ভিডিও লাগবে না, বিশ্বাস করলাম। শুক্রবারের আগে পাওয়া যাবে তো?' },
      { minutesAgo: 4 * DAY - 44, by: 'Tanvir Ahmed', reply: 'ইনশাআল্লাহ বৃহস্পতিবারের মধ্যে পেয়ে যাবেন।' },
      { minutesAgo: 4 * DAY - 46, by: 'Tanvir Ahmed', status: 'closed' },
    ],
  },
  {
    channel: 'api',
    customer: { id: 'order-10482', name: 'Sadia Afrin' },
    steps: [
      {
        minutesAgo: 2 * DAY,
        customer:
          'Order CD-10482: the customer asks to change the delivery address to House 12, Road 5, Dhanmondi, Dhaka.',
      },
      {
        minutesAgo: 2 * DAY - 30,
        by: 'Tanvir Ahmed',
        note: 'Courier told by phone, new label printed. Parcel leaves tomorrow morning.',
      },
      { minutesAgo: 2 * DAY - 31, by: 'Tanvir Ahmed', tag: 'Delivery' },
      { minutesAgo: 2 * DAY - 32, by: 'Tanvir Ahmed', status: 'pending' },
    ],
  },
  {
    channel: 'webchat',
    customer: { id: 'c-1024', name: 'Arif Mahmud' },
    steps: [
      { minutesAgo: DAY + 300, customer: 'bhai jute bag er wholesale rate koto? 200 pcs lagbe amader office er jonno' },
      { minutesAgo: DAY + 280, by: 'Tanvir Ahmed', assign: 'Tanvir Ahmed' },
      { minutesAgo: DAY + 279, by: 'Tanvir Ahmed', tag: 'Wholesale' },
      {
        minutesAgo: DAY + 270,
        by: 'Tanvir Ahmed',
        reply: '200 pcs nile per piece 185 taka, logo print shoho 210 taka. Sample lagle kal ke pathate pari.',
      },
      { minutesAgo: DAY + 200, customer: 'logo shoho nibo. quotation ta email e diben? ar advance koto dite hobe' },
      {
        minutesAgo: DAY + 195,
        by: 'Tanvir Ahmed',
        note: 'Margin at 210 is fine. Ask Rahima apa if 40% advance is ok for a first order.',
      },
      { minutesAgo: DAY + 60, by: 'Rahima Begum', note: '40% is ok. Please send the quotation on letterhead.' },
    ],
  },
  {
    channel: 'webchat',
    customer: { id: 'c-1030', name: 'Tasnim Haque' },
    steps: [
      {
        minutesAgo: DAY + 30,
        customer: 'I received the cushion covers but one has a loose thread at the corner. Can I return just that one?',
      },
      { minutesAgo: DAY + 22, by: 'Nusrat Jahan', assign: 'Nusrat Jahan' },
      { minutesAgo: DAY + 21, by: 'Nusrat Jahan', tag: 'Return' },
      {
        minutesAgo: DAY + 20,
        by: 'Nusrat Jahan',
        reply:
          'I am sorry about that, Tasnim. Of course: our rider can pick it up tomorrow and hand you a new one. Which time suits you?',
      },
      { minutesAgo: DAY + 5, customer: 'After 5 pm please. Thanks for being so quick.' },
    ],
  },
  {
    channel: 'webchat',
    customer: { id: 'c-1033', name: 'রাশেদা বেগম' },
    steps: [
      { minutesAgo: 420, customer: 'আপু, নকশি কাঁথাটা ডাবল সাইজে আছে? মেয়ের বিয়েতে দেব।' },
      { minutesAgo: 412, by: 'Nusrat Jahan', assign: 'Nusrat Jahan' },
      { minutesAgo: 411, by: 'Nusrat Jahan', tag: 'নকশি কাঁথা' },
      {
        minutesAgo: 409,
        by: 'Nusrat Jahan',
        reply: 'জি আপু, ডাবল সাইজ (৭ ফুট × ৮ ফুট) আছে, তিনটা রঙে: লাল, নীল আর কাঁচা হলুদ। দাম ৬,২০০ টাকা। ছবি দেব?',
      },
      { minutesAgo: 400, customer: 'হ্যাঁ দেন। লালটা বেশি পছন্দ। যশোরে কয়দিনে পাব?' },
      {
        minutesAgo: 396,
        by: 'Nusrat Jahan',
        reply: 'যশোরে ৩ থেকে ৫ দিন লাগে, ডেলিভারি চার্জ ১৩০ টাকা। ক্যাশ অন ডেলিভারিও নিতে পারবেন।',
      },
      { minutesAgo: 48, customer: 'আচ্ছা তাহলে লালটাই পাঠান। ঠিকানা: বাড়ি ২২, রেল রোড, যশোর। ফোন ০১৭১২-৩৪৫৬৭৮' },
    ],
  },
  {
    channel: 'api',
    customer: { id: 'order-10501', name: 'Imran Khan' },
    steps: [
      {
        minutesAgo: 190,
        customer: 'Order CD-10501 was marked delivered, but the customer says nothing has arrived. Please call back.',
      },
      { minutesAgo: 182, by: 'Nusrat Jahan', tag: 'Delivery' },
    ],
  },
  {
    channel: 'webchat',
    customer: { id: 'c-1041', name: 'Mitu Akter' },
    steps: [
      { minutesAgo: 96, customer: 'lal ta M size e ache? koto porbe delivery shoho' },
      { minutesAgo: 90, by: 'Nusrat Jahan', assign: 'Nusrat Jahan' },
      {
        minutesAgo: 88,
        by: 'Nusrat Jahan',
        reply: 'Ji apu, lal ta M size e ache. 1,450 taka, Dhaka te delivery 80 taka.',
      },
      { minutesAgo: 84, customer: 'ok nibo. cash on delivery hobe?' },
      { minutesAgo: 83, by: 'Nusrat Jahan', reply: 'Ji hobe. Apnar nam, phone ar thikana ta din please.' },
      { minutesAgo: 82, by: 'Nusrat Jahan', tag: 'COD' },
      { minutesAgo: 12, customer: 'Mitu, 01819-224466, House 7, Lane 3, Mirpur 10. kal dupurer por asle bhalo hoy' },
    ],
  },
  {
    channel: 'webchat',
    customer: null,
    steps: [{ minutesAgo: 58, customer: 'Hi! Is the blue terracotta tea set microwave safe?' }],
  },
  {
    channel: 'webchat',
    customer: { id: 'c-1044', name: 'তানিয়া সুলতানা' },
    steps: [
      { minutesAgo: 34, customer: 'পার্সেল এখনো পাইনি। তিন দিন হয়ে গেল। অর্ডার নম্বর CD-10477' },
      { minutesAgo: 31, customer: 'কুরিয়ারের নম্বরটা অন্তত দেন' },
    ],
  },
  {
    channel: 'webchat',
    customer: null,
    steps: [{ minutesAgo: 17, customer: 'apnader showroom ta kothay? friday khola thake?' }],
  },
  {
    channel: 'webchat',
    customer: { id: 'c-1047', name: 'Nafisa Anjum' },
    steps: [
      {
        minutesAgo: 7,
        customer:
          'Good evening. I would like a custom name stitched on a kantha for a newborn: "আরিশা". Is that possible, and how long does it take?',
      },
    ],
  },
]
