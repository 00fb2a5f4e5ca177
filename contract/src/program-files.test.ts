/** What is a program by its name, and what only looks a little like one. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isProgramName } from './program-files.ts'

test('programs are known whatever their letters, dots and disguise', () => {
  for (const name of [
    'a.exe',
    'Invoice.PDF.EXE',
    'ছবি.apk',
    'photo.exe.',
    'photo.exe. ',
    'ｘ．ｅｘｅ',
    'run.sh',
    'x.js',
  ]) {
    assert.ok(isProgramName(name), name)
  }
})

test('documents, pictures, archives and names without an ending are not', () => {
  for (const name of [
    'exe',
    'a.pdf',
    'a.exe.pdf',
    'a.docx',
    'a.zip',
    'photo.jpeg',
    '.',
    '',
    'sh',
    'notes.shtml',
    'a.json',
  ]) {
    assert.ok(!isProgramName(name), name)
  }
})
