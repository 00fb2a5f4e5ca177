/**
 * Bangla words and the ways people write them in Latin letters meet in one skeleton; different words do not all meet.
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { fold } from './fold.ts'
import { skeleton } from './skeleton.ts'

const SPELLINGS: Record<string, string> = {
  পায়নি: 'payni paini',
  পাইনি: 'paini payni',
  কবে: 'kobe kbe',
  টাকা: 'taka tk',
  ভাই: 'vai bhai',
  ভাইয়া: 'vaiya bhaiya vaia',
  কত: 'koto kto',
  দাম: 'dam daam',
  পাব: 'pabo',
  অর্ডার: 'order ordar',
  ডেলিভারি: 'delivery delibery',
  ফেরত: 'ferot pherot',
  রিটার্ন: 'return ritarn',
  সাইজ: 'size saiz',
  বিকাশ: 'bikash bkash',
  আমার: 'amar amr',
  আমাকে: 'amake',
  আছে: 'ache ase asse achhe',
  আচ্ছা: 'accha assa',
  যাবে: 'jabe zabe',
  চাই: 'chai',
  কই: 'koi',
  কি: 'ki kee',
  না: 'na naa',
  হয়: 'hoy hoi',
  ঠিক: 'thik tik',
  ধন্যবাদ: 'dhonnobad dhonyobad',
  বাড়ি: 'bari',
  ঢাকা: 'dhaka daka',
  বাংলা: 'bangla',
  বাঙালি: 'bangali',
  ক্ষমা: 'khoma',
  জ্ঞান: 'gyan',
  বিজ্ঞান: 'bigyan',
  স্বামী: 'swami shami',
  লম্বা: 'lomba',
  কাস্টমার: 'customer kastomar',
  মেসেজ: 'mesej',
  ওয়েবসাইট: 'website',
  ট্র্যাকিং: 'tracking traking',
  ক্যাশ: 'cash kash',
  প্রাইস: 'price prais',
  ডিসকাউন্ট: 'discount',
  লোকেশন: 'location',
  চেঞ্জ: 'change chenj',
  স্কুল: 'school skul',
  সিলেট: 'sylhet silet',
  রহমান: 'rahman rohoman',
  হঠাৎ: 'hothat hotat',
  বৃষ্টি: 'brishti bristi',
  এক: 'ek',
  আর: 'ar aar',
  নিশ্চয়: 'nischoy nishchoy',
}

test('Bangla and its Latin spellings meet', () => {
  for (const [bangla, latin] of Object.entries(SPELLINGS)) {
    const wanted = skeleton(fold(bangla))
    assert.ok(wanted, bangla)
    for (const spelling of latin.split(' ')) assert.equal(skeleton(fold(spelling)), wanted, `${spelling} ~ ${bangla}`)
  }
})

test('different words keep different skeletons', () => {
  const words = [
    'টাকা',
    'কবে',
    'অর্ডার',
    'ডেলিভারি',
    'ফেরত',
    'সাইজ',
    'আমার',
    'ধন্যবাদ',
    'ভাই',
    'না',
    'কি',
    'কই',
    'দাম',
    'নাম',
    'কাম',
    'নাই',
  ]
  assert.equal(new Set(words.map((word) => skeleton(fold(word)))).size, words.length)
})

test('a skeleton is a few Latin letters, or there is none', () => {
  for (const none of ['', 'ও', '1023', 'a1', 'привет', 'কa', 'x'.repeat(41)]) assert.equal(skeleton(none), null, none)
  const unit = fc.constantFrom(...'কখগঘঙচছজঝঞটঠডঢণতথদধনপফবভমযরলশষসহড়য়ািীুূৃেৈোৌ্ংঃঁঅআইউএওঐ')
  for (const letters of [
    fc.string({ unit, maxLength: 12 }),
    fc.string({ unit: fc.constantFrom(...'abcdefghijklmnopqrstuvwxyz') }),
  ]) {
    fc.assert(fc.property(letters, (word) => assert.match(skeleton(fold(word)) ?? 'ab', /^[aeioubdfghjklmnprst]{2,}$/)))
  }
})
