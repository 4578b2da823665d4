// The app of the Koa tutorial as one would write it today: three pages, three calls to Verify, and nothing is kept.
//
// It knows no failure, as the tutorial does: a code is right or something went wrong.

import 'dotenv/config';
import { join } from 'node:path';

import { bodyParser } from '@koa/bodyparser';
import Router from '@koa/router';
import { Auth } from '@vonage/auth';
import { Verify } from '@vonage/verify';
import Koa from 'koa';
import serve from 'koa-static';
import nunjucks from 'nunjucks';

const { NEXMO_API_KEY, NEXMO_API_SECRET, NEXMO_BRAND_NAME = 'Koa', HOST, PORT = 3000 } = process.env;
const { VERIFY_BASE_URL = 'https://api.nexmo.com' } = process.env;

const verify = new Verify(new Auth({ apiKey: NEXMO_API_KEY, apiSecret: NEXMO_API_SECRET }), { apiHost: VERIFY_BASE_URL });

const views = new nunjucks.Environment(new nunjucks.FileSystemLoader(join(import.meta.dirname, 'views')));

const app = new Koa();
app.context.render = function render(view, values) {
  this.type = 'html';
  this.body = views.render(`${view}.html`, values);
};

const router = new Router();

router.get('/', (ctx) => ctx.render('index'));

router.post('/verify', async (ctx) => {
  const { phone } = ctx.request.body;
  const { requestId } = await verify.start({ number: phone.replace(/^\+/, ''), brand: NEXMO_BRAND_NAME });
  ctx.render('verify', { request_id: requestId });
});

router.post('/check', async (ctx) => {
  const { request_id, pin } = ctx.request.body;
  const { status } = await verify.check(request_id, pin);
  ctx.render('result', { verified: status === '0' });
});

router.post('/cancel', async (ctx) => {
  const { request_id } = ctx.request.body;
  await verify.cancel(request_id);
  ctx.redirect('/');
});

app.use(serve(join(import.meta.dirname, 'public')));
app.use(bodyParser());
app.use(router.routes());
app.use(router.allowedMethods());
app.listen(PORT, HOST);
