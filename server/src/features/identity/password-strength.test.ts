/**
 * Bad passwords are refused whatever kinds of characters they mix; long ones are accepted in any script and any case.
 * The table is what people really choose; a rule that only counted digits and capitals would let most of it through.
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { dictionary } from '@zxcvbn-ts/language-common'
import { checkPasswordStrength, commonPasswordCount, type PasswordProblem } from './password-strength.ts'

const rahim = { name: 'Rahim Uddin', email: 'rahim.uddin@shapla-crafts.example', workspaceNames: ['Shapla Crafts'] }

const bad: Record<PasswordProblem, string[]> = {
  password_malformed: ['correct horse \ud800 battery'],
  password_too_short: ['', 'a', 'Xk9#mQ2$vL7', 'পাসওয়ার্ড১', '🎈🎀🎁🎂🎃🎄🎅🎆🎇🎉🎊'],
  password_too_long: [`Xk9#mQ2$vL7!${'q'.repeat(1013)}`, 'অ'.repeat(342)],
  password_common: [
    'qwerty123456',
    'QWERTY123456',
    '1q2w3e4r5t6y',
    '1qaz2wsx3edc',
    'leavemealone',
    'Leave-Me-Alone!',
    '123qweasdzxc',
    'sonyericsson',
    '123456789012',
    'password1234',
    'Password1234!',
    'qwertyuiop12',
    '1234qwerasdf',
    'zaq12wsxcde3',
  ],
  password_pattern: [
    'aaaaaaaaaaaa',
    '............',
    '            ',
    '🎈'.repeat(64),
    'abcabcabcabc',
    'letmein letmein',
    'বাংলাদেশ বাংলাদেশ',
    'বাংলাদেশবাংলাদেশ',
    '121212343434',
    'abcdefghijkl',
    'lkjihgfedcba',
    'কখগঘঙচছজঝঞটঠ',
    '০১২৩৪৫৬৭৮৯০১২৩৪৫৬৭৮৯',
    '19901212 1990',
    'qwerty!qwerty',
    'acegikmoqsuw',
    '0000000000001',
  ],
  password_personal: [
    'rahimuddin2024',
    'RahimUddin#2024',
    'shaplacrafts1',
    'Shapla-Crafts-2026',
    'rahim.uddin@shapla-crafts.example',
    'centraldesk2026',
    'uddin uddin rahim',
  ],
  password_weak: [
    'P@ssw0rd1234',
    'iloveyou12345',
    'asdfghjkl;zx',
    'abcdef123456',
    'Welcome12345',
    'admin1234567',
    'football2024',
    '098765432109',
    '০১২৩৪৫৬৭৮৯০১২৩',
    'liverpool2024',
    'sunshine12345',
    'bangladesh1971',
    'superman12345',
    'december2024!',
    'drowssap12345',
    'michael1234567',
    '1q2w3e4r5t6y7u',
  ],
}

for (const [code, passwords] of Object.entries(bad)) {
  test(`refused as ${code}`, async () => {
    for (const password of passwords) {
      assert.deepEqual(await checkPasswordStrength(password, rahim), { isStrong: false, code }, password)
    }
  })
}

test('strong passwords are accepted: no kind of character is asked for, no script is second class', async () => {
  const good = [
    'correct horse battery staple',
    'nodirparebariamarchhilo',
    'মাছ ভাত ডাল আলু ভর্তা',
    'বৃষ্টি পড়ে টাপুর টুপুর',
    'Xk9#mQ2$vL7!',
    'xk9\0mq2\tvl7 zr',
    '🎈🎀🎁🎂🎃🎄🎅🎆🎇🎉🎊🎋',
    `Xk9#mQ2$vL7!${'zebra lamp '.repeat(80)}`,
    'rahim keeps nine yellow ducks',
  ]
  for (const password of good)
    assert.deepEqual(await checkPasswordStrength(password, rahim), { isStrong: true }, password)
})

test('every entry of the offline list is refused, and the list says its own size', async () => {
  const listed = dictionary['passwords-common'].map(String)
  assert.ok(listed.length > 10_000)
  for (const password of listed) assert.equal((await checkPasswordStrength(password)).isStrong, false, password)
  assert.equal(await commonPasswordCount(), new Set(listed.map((entry) => entry.toLowerCase())).size)
})

test('length is counted in characters a person sees as code points, and in one normal form', async () => {
  // য় is one code point from one keyboard and two from another; NFC makes both two.
  const composed = '\u09df'.repeat(5)
  assert.deepEqual(await checkPasswordStrength(composed), { isStrong: false, code: 'password_too_short' })
  assert.deepEqual(
    await checkPasswordStrength(`নদী ${composed} মেঘলা`),
    await checkPasswordStrength(`নদী ${'\u09af\u09bc'.repeat(5)} মেঘলা`),
  )
})

test('names of every workspace count, also those too long to be looked for piece by piece', async () => {
  const long = 'Bikrampur Cooperative Society of Jute Weavers and Dyers'
  const around = { name: 'Rahim', workspaceNames: ['Padma Traders', 'Meghna Telecom', long] }
  for (const password of ['padma-traders-7!', 'meghnatelecom#42', `${long}!1`, long.replaceAll(' ', '')]) {
    assert.deepEqual(await checkPasswordStrength(password, around), { isStrong: false, code: 'password_personal' })
  }
  assert.deepEqual(await checkPasswordStrength('nine yellow ducks swim', around), { isStrong: true })
})
