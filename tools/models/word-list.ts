/**
 * The words that the generated models know, by the part they play in a sentence. The roles are what
 * makes random weights say something readable; `silent` words are only there to be read.
 */

const split = (words: string): readonly string[] => words.trim().split(/\s+/);

export type SpokenRole =
  | 'determiner'
  | 'adjective'
  | 'noun'
  | 'verb'
  | 'adverb'
  | 'preposition'
  | 'link';

/** In the middle of a sentence, so each is a piece with its leading space. */
export const SPOKEN_WORDS: readonly (readonly [SpokenRole, readonly string[]])[] = [
  ['determiner', split('the every each this one your some another that')],
  [
    'adjective',
    split(`
    small long quiet bright simple useful early late new old open warm cold quick slow steady clear
    dark deep empty full heavy light local narrow wide patient possible random ready short strange
    tall tidy whole young large good great little different important free real sure same next last`),
  ],
  [
    'noun',
    split(`
    answer cache context engine head key layer machine memory model number page picture prompt
    question reader river room sentence sequence sound story table thing thought token train tree turn
    value vector voice water weight window winter word world year garden house letter light line
    morning mountain night paper part people place point problem program reason road school size
    space star state step stone street summer system test text time town type use user way week
    work writer cloud city child book bird bridge boat case change chart colour computer country
    day door end example eye face fact family field file fire floor form friend game group hand`),
  ],
  [
    'verb',
    split(`
    reads writes keeps holds finds makes takes gives turns follows carries opens closes moves counts
    builds calls changes covers crosses draws drives fills grows hears helps knows learns leaves
    likes meets needs passes paints plays remembers runs sees sends shows sings tells thinks tries
    uses wants watches works`),
  ],
  [
    'adverb',
    split(`
    again always slowly quickly often twice today together once later soon well never already almost
    quietly gently now here there`),
  ],
  [
    'preposition',
    split(`
    of in with from under over near behind into for on by at through before after between without
    across around about beside`),
  ],
  ['link', split('and while because when but until although')],
];

/** Words that open a sentence; written with a capital, with and without a leading space. */
export const OPENING_WORDS = split('The Every Each This One Your Some Another');

/** Common words and word endings that make ordinary English cheap to read. */
export const SILENT_WORDS = split(`
  a I you he she it we they me him her us them my his our their its who what which where why how whose
  is are was were be been being am do does did done has have had having can could will would shall
  should may might must not no yes or if then than so as to up down out off only just also very more
  most much many few less least too enough any all both either neither such other own an these those
  say said says get got go goes went gone come came know known think make made take taken see seen
  give given find found tell told ask asked seem feel felt try leave left call called keep kept let
  begin began help show shown hear heard play run move live lived believe bring brought happen write
  written provide sit stand stood lose lost pay meet include continue set learn change lead understand
  watch follow stop create speak read spend grow open walk win offer remember love consider appear buy
  wait serve send expect build stay fall cut reach kill remain please thanks thank hello
  man men woman women life children area money service company question government home mother
  father brother sister minute hour month moment idea body information back parent office person
  history party result car health art war power business study lot job name right policy process
  music market sense nation plan college interest death experience effect class control care role
  effort rate heart drug leader mind report difference force cost price board subject figure
  network software hardware data code function error message language speed second seconds bytes
  attention length tokens models layers words keys values cached memory graph measure measured
  better best bad worse high low big black white red blue green hot hard easy true false political
  social public able general certain personal special clear recent single common poor natural
  first second third two three four five six seven eight nine ten hundred thousand million
  explain describe summary short longer list write story poem give me please using between because
  against during within along per since upon toward while where whether though still even ever
  something anything nothing everything someone anyone everyone`);

/** Bare forms: what stands at the start of a line, in front of no space. */
export const LINE_STARTS = split(`
  I You He She It We They What Which Where Why How Who When Is Are Was Do Does Can Could Will Would
  Should If In On At For With And But So No Yes Please Tell Give Write Explain Describe List Name
  Show Make Help Let Hello Hi Thanks There These Those My Our user assistant system`);

/** Endings that many words share, so that a word outside the list still falls into few pieces. */
export const ENDINGS = split(`
  ing ed er est ly tion sion ment ness able ible ful less ous ive al ance ence ity ies es ers ings
  tions ments ated ating ation ized izing ise ize ally ically ure age ary ory ish ent ant ial ard
  ough ight ound ould ack ick ock ake ame ine one ore are ear eat and ill all ell end ong ong ress
  over under ter per con pro com pre dis un re in de ex`);
