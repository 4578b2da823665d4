//! A server that lets nothing pass that does not look as if one came after the other, and now and then refuses without
//! a reason: as one does that is spread over machines.

use futures_util::{StreamExt, future::join_all, stream::iter};

use phonegate_testing::{Browser, PHONE, THE_CODE, TestApp, new_number, postgres::Postgres, test_app};

/// One statement in ten is refused, as if others were in its way.
const IN_THE_WAY: &str = "
    CREATE SEQUENCE refused;
    CREATE FUNCTION in_the_way() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        IF random() < 0.1 THEN
            PERFORM nextval('refused');
            RAISE EXCEPTION 'could not serialize access' USING ERRCODE = '40001';
        END IF;
        RETURN NULL;
    END $$;
    DO $$ DECLARE name TEXT; BEGIN
        FOR name IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' LOOP
            EXECUTE format('CREATE TRIGGER in_the_way BEFORE INSERT OR UPDATE OR DELETE ON %I
                            FOR EACH STATEMENT EXECUTE FUNCTION in_the_way()', name);
        END LOOP;
    END $$";

struct World {
    server: Postgres,
    one: TestApp,
    two: TestApp,
}

impl World {
    /// Two instances on one server, in front of one provider that sends to everybody.
    async fn start(settings: &[(&str, &str)]) -> Self {
        let server = Postgres::start(&["fsync=off", "default_transaction_isolation=serializable"]);
        let app = || {
            let app = test_app().store(Some(&server.url()));
            settings.iter().fold(app, |app, (name, value)| app.set(name, value))
        };
        let one = app().provider_without_limits().await.spawn().await;
        let two = app().beside(&one).spawn().await;
        server.sql(IN_THE_WAY);
        Self { server, one, two }
    }

    /// A new visitor of both instances.
    async fn visitor(&self, number: usize) -> [Browser; 2] {
        let (one, two) =
            if number.is_multiple_of(2) { (&self.one, &self.two) } else { (&self.two, &self.one) };
        let here = one.browser().await;
        let there = here.clone().moved_to(two.url("/").as_str());
        [here, there]
    }

    /// How often a statement was refused without a reason.
    fn refused(&self) -> i64 {
        self.server.sql("SELECT last_value FROM refused").parse().unwrap()
    }
}

#[tokio::test]
async fn whoever_signs_in_among_many_is_not_told_that_others_were_in_the_way() {
    let world = World::start(&[]).await;

    let world = &world;
    let journeys = (0..60).map(|number| async move {
        let [here, there] = world.visitor(number).await;
        let asked = here.post("/verify", &[("phone", &new_number())]).await;
        assert_eq!(asked.status, 303, "{:?}", asked.logged());
        let id = there.get("/verify").await.request_id();
        // Of so many as one address may type wrong without a wait.
        if number % 3 == 0 {
            there.check(&id, "000000").await.assert_page(422, "That is not the code");
        }
        here.check(&id, THE_CODE).await.assert_redirect("/result");
        there.get("/result").await.assert_page(200, "You are signed in");
        here.post("/signout", &[]).await.assert_redirect("/");
    });
    // All of one address, whose counters each of them wants.
    iter(journeys).buffer_unordered(6).collect::<Vec<()>>().await;

    assert_eq!(world.one.provider.calls("start"), 60);
    assert_eq!(world.one.provider.calls("check"), 80);
    assert!(world.refused() > 60, "{}", world.refused());
}

#[tokio::test]
async fn of_two_instances_that_want_one_row_one_gets_it() {
    let world = World::start(&[]).await;
    let [here, there] = world.visitor(0).await;

    let form = [("phone", PHONE)];
    let asks = (0..10).flat_map(|_| [here.post("/verify", &form), there.post("/verify", &form)]);
    for answer in join_all(asks).await {
        answer.assert_redirect("/verify");
    }
    assert_eq!(world.one.provider.calls("start"), 1);

    let id = there.get("/verify").await.request_id();
    let (here, there) = (here.copy(), there.copy());
    let checks = (0..10).flat_map(|_| [here.check(&id, THE_CODE), there.check(&id, THE_CODE)]);
    for answer in join_all(checks).await {
        answer.assert_redirect("/result");
    }
    assert_eq!(world.one.provider.calls("check"), 1);
}

#[tokio::test]
async fn of_many_visitors_at_once_as_many_get_a_code_as_the_total_allows() {
    const MOST: usize = 50;
    let world = World::start(&[("LIMIT_TOTAL", "50/1h,1000/1d")]).await;

    let answers = join_all((0..90).map(async |number| {
        let [here, _] = world.visitor(number).await;
        here.post("/verify", &[("phone", &new_number())]).await.status
    }));
    let answers = answers.await;

    let sent = answers.iter().filter(|status| **status == 303).count();
    let refused = answers.iter().filter(|status| **status == 429).count();
    assert_eq!((sent, refused), (MOST, 90 - MOST), "{answers:?}");
    assert_eq!(world.one.provider.calls("start"), MOST);
    let shown = world.one.command(&["guard"]);
    let total = shown.lines().find(|line| line.starts_with("LIMIT_TOTAL") && line.contains(" 1h ")).unwrap();
    assert!(total.ends_with("50/50"), "{shown}");
}
