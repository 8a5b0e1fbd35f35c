/* Which user of NocoBase a member of WeCom is.
 *
 * 1. The account id of the helper decides first: it never changes and is never given to another
 *    person, as a userid or a number may be.
 * 2. A telephone number binds a user once. It MUST NOT bind one who is bound to another account,
 *    nor one with the role root unless the administrator allows it, nor one of two who have it.
 * 3. Whatever changes a user is done one at a time, and logged.
 */
'use strict';

const { AUTH_TYPE } = require('./settings');
const { Refusal } = require('./refusal');
const { phoneForms } = require('./phones');

const LOCK_MS = 20000;
/* Another node, or the administrator, may create the same user at the same moment. */
const TRIES = 3;

class Users {
  constructor({ db, lock, logger }) {
    this.db = db;
    this.lock = lock;
    this.logger = logger;
  }

  get bindings() {
    return this.db.getCollection('usersAuthenticators').model;
  }

  /* Names of the authenticators of our type. */
  async names(filter = {}) {
    const rows = await this.db
      .getRepository('authenticators')
      .find({ filter: { authType: AUTH_TYPE, ...filter } });
    return rows.map((row) => row.get('name'));
  }

  user(id) {
    return this.db.getRepository('users').findOne({ filterByTk: id });
  }

  /* Throws where it cannot be known: what hangs on it is refused then. */
  async isRoot(id) {
    const roles = await this.db.getRepository('users.roles', id).find({ filter: { name: 'root' } });
    return roles.length > 0;
  }

  /* NocoBase editions that can switch users off keep the state in `status`. */
  async mustBeEnabled(user) {
    const status = user.get('status');

    if (user.get('enabled') === false || user.get('disabled') === true)
      throw new Refusal('user_disabled');
    if (!status || !this.db.hasCollection('userStatuses')) return;
    const row = await this.db.getRepository('userStatuses').findOne({ filter: { key: status } });
    if (row && row.get('allowLogin') === false) throw new Refusal('user_disabled');
  }

  /* The user who is bound to this account, by this authenticator or by another one of our type. */
  async bound(authenticator, person) {
    const rows = await this.bindings.findAll({
      where: { uuid: person.account, authenticator: await this.names() },
      raw: true,
    });
    const found = new Map();

    for (const row of rows) {
      const user = await this.user(row.userId);
      if (user !== null) found.set(String(row.userId), user); // others were deleted
    }
    if (found.size > 1) throw new Refusal('bound_twice');
    const [only] = found.values();
    const isOwn = rows.some(
      (row) =>
        only && row.authenticator === authenticator && String(row.userId) === String(only.get('id'))
    );
    return { user: only || null, isOwn };
  }

  async bind(row, user, person, how) {
    await this.bindings.create({
      authenticator: row.get('name'),
      userId: user.get('id'),
      uuid: person.account,
      nickname: person.name || person.userid,
      meta: this.meta(person, how),
    });
    this.audit(row, user, person, how);
  }

  meta(person, how) {
    return {
      userid: person.userid,
      how,
      phone: person.mobile !== '',
      at: new Date().toISOString(),
    };
  }

  audit(row, user, person, how) {
    this.logger.info('wecom-pam: user bound', {
      how,
      authenticator: row.get('name'),
      userId: user.get('id'),
      account: person.account,
      userid: person.userid,
    });
  }

  /* Keeps the userid beside the account, as WeCom spells it today. */
  async refresh(authenticator, user, person) {
    const where = { authenticator, userId: user.get('id'), uuid: person.account };
    const row = await this.bindings.findOne({ where });
    const meta = (row && row.get('meta')) || {};

    if (!row || (meta.userid === person.userid && (meta.phone || !person.mobile))) return;
    await this.bindings.update(
      { meta: { ...meta, userid: person.userid, phone: Boolean(meta.phone || person.mobile) } },
      { where }
    );
  }

  /* The one user with this number; null: nobody has it. */
  async byPhone(person, settings) {
    const phone = phoneForms(person.mobile);
    if (phone === null) return null;
    const users = await this.db
      .getRepository('users')
      .find({ filter: { phone: { $in: phone.forms } }, limit: 2 });

    if (users.length === 0) return null;
    if (users.length > 1) throw new Refusal('phone_ambiguous');
    const others = await this.bindings.count({
      where: { userId: users[0].get('id'), authenticator: await this.names() },
    });
    if (others > 0) throw new Refusal('phone_taken');
    if (!settings.bindRoot && (await this.isRoot(users[0].get('id'))))
      throw new Refusal('phone_root');
    return users[0];
  }

  async create(row, person) {
    const users = this.db.getRepository('users');
    const phone = phoneForms(person.mobile);
    const values = { nickname: person.name || person.userid };

    if (phone) values.phone = phone.usual;
    if (
      person.email &&
      !(await users.findOne({
        filter: { email: { $in: [person.email, person.email.toLowerCase()] } },
      }))
    )
      values.email = person.email;
    const user = await row.newUser(person.account, values);
    await this.bindings.update(
      { nickname: values.nickname, meta: this.meta(person, 'created') },
      { where: { authenticator: row.get('name'), userId: user.get('id') } }
    );
    this.audit(row, user, person, 'created');
    return user;
  }

  async hasSeenPhones(authenticator) {
    const rows = await this.bindings.findAll({
      where: { authenticator },
      attributes: ['meta'],
      limit: 500,
      raw: true,
    });
    return rows.some(({ meta }) =>
      /"phone":\s*true/.test(typeof meta === 'string' ? meta : JSON.stringify(meta))
    );
  }

  /* What to tell somebody who is not known and whose number WeCom did not give. */
  async withoutPhone(row, person, visit) {
    if (person.mobileTaken) throw new Refusal('phone_shared');
    if (visit.inClient && !visit.consented) return 'consent';
    if (!visit.inClient) throw new Refusal('first_login_in_wecom');
    // somebody's number came through this application before: then its administrator has ticked it
    throw new Refusal(
      (await this.hasSeenPhones(row.get('name'))) ? 'phone_not_granted' : 'phone_not_ticked'
    );
  }

  async decide(row, settings, person, visit) {
    const name = row.get('name');
    const { user, isOwn } = await this.bound(name, person);

    if (user !== null) {
      await this.mustBeEnabled(user);
      if (isOwn) {
        await this.refresh(name, user, person);
        return user;
      }
      if (!settings.bindRoot && (await this.isRoot(user.get('id'))))
        throw new Refusal('phone_root');
      await this.bind(row, user, person, 'account');
      return user;
    }
    if (!phoneForms(person.mobile)) {
      const wantsMore = settings.phoneRequired || (visit.inClient && !visit.consented);
      if (wantsMore && (await this.withoutPhone(row, person, visit)) === 'consent') return null;
    }
    const match = await this.byPhone(person, settings);
    if (match !== null) {
      await this.mustBeEnabled(match);
      await this.bind(row, match, person, 'phone');
      return match;
    }
    if (!settings.autoSignup) throw new Refusal('not_registered');
    return this.create(row, person);
  }

  /* The user for `person`; null: go round once more for the person's consent. Throws Refusal.
   * `row`: the authenticator. `visit`: { inClient, consented }.
   */
  async find(row, settings, person, visit) {
    // the usual case, without the lock: nothing is decided in it
    const { user, isOwn } = await this.bound(row.get('name'), person);
    if (isOwn) {
      await this.mustBeEnabled(user);
      await this.refresh(row.get('name'), user, person);
      return user;
    }
    for (let tries = 1; ; tries++) {
      try {
        return await this.lock.runExclusive(
          'wecom-pam:users',
          () => this.decide(row, settings, person, visit),
          LOCK_MS
        );
      } catch (err) {
        if (err instanceof Refusal) throw err;
        if (!/UniqueConstraint/.test(err.name || '')) throw err;
        if (tries >= TRIES) throw new Refusal('try_again');
      }
    }
  }
}

module.exports = { Users };
