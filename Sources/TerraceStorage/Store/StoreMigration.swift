/// A numbered change of the tables, in the words of each engine.
struct StoreMigration: Sendable {
    /// From 1, without gaps.
    var number: Int
    var postgres: String
    var sqlite: String

    /// All of them, in order. One that was ever released is never changed: a new one follows.
    static let all = [Self.marketData, Self.ownTrading, Self.readableViews]

    /// The number of the tables that this program knows.
    static let newest = 3

    /// Public trades, what was traded in ten seconds, up to where each journal is stored.
    private static let marketData = StoreMigration(
        number: 1,
        postgres: """
            CREATE TABLE journals (journal bigint PRIMARY KEY, sequence bigint NOT NULL, time timestamptz NOT NULL);
            CREATE TABLE instruments (
                instrument integer PRIMARY KEY GENERATED ALWAYS AS IDENTITY, venue text NOT NULL, symbol text NOT NULL,
                UNIQUE (venue, symbol));
            CREATE TABLE trades (
                instrument integer NOT NULL, source bigint NOT NULL, trade bigint NOT NULL, time timestamptz NOT NULL,
                side char(1) NOT NULL CHECK (side IN ('b', 's')), price numeric NOT NULL, quantity numeric NOT NULL,
                PRIMARY KEY (instrument, source, trade));
            CREATE INDEX trades_by_time ON trades (instrument, time);
            CREATE TABLE buckets (
                instrument integer NOT NULL, start bigint NOT NULL, base numeric NOT NULL, quote numeric NOT NULL,
                trades bigint NOT NULL, PRIMARY KEY (instrument, start));
            CREATE TABLE kept_since (what text PRIMARY KEY, time timestamptz NOT NULL);
            """,
        sqlite: """
            CREATE TABLE journals (journal INTEGER PRIMARY KEY, sequence INTEGER NOT NULL, time INTEGER NOT NULL) STRICT;
            CREATE TABLE instruments (
                instrument INTEGER PRIMARY KEY, venue TEXT NOT NULL, symbol TEXT NOT NULL, UNIQUE (venue, symbol)) STRICT;
            CREATE TABLE trades (
                instrument INTEGER NOT NULL, source INTEGER NOT NULL, trade INTEGER NOT NULL, time INTEGER NOT NULL,
                side TEXT NOT NULL CHECK (side IN ('b', 's')), price TEXT NOT NULL, quantity TEXT NOT NULL,
                PRIMARY KEY (instrument, source, trade)) STRICT, WITHOUT ROWID;
            CREATE INDEX trades_by_time ON trades (instrument, time);
            CREATE TABLE buckets (
                instrument INTEGER NOT NULL, start INTEGER NOT NULL, base TEXT NOT NULL, quote TEXT NOT NULL,
                trades INTEGER NOT NULL, PRIMARY KEY (instrument, start)) STRICT, WITHOUT ROWID;
            CREATE TABLE kept_since (what TEXT PRIMARY KEY, time INTEGER NOT NULL) STRICT, WITHOUT ROWID;
            """)

    /// Fills, positions, orders, configurations, runs, and what operators and the engine did.
    private static let ownTrading = StoreMigration(
        number: 2,
        postgres: """
            CREATE TABLE strategies (
                strategy integer PRIMARY KEY GENERATED ALWAYS AS IDENTITY, name text NOT NULL UNIQUE);
            CREATE TABLE fills (
                instrument integer NOT NULL, trade bigint NOT NULL, strategy integer NOT NULL, order_id uuid NOT NULL,
                side char(1) NOT NULL CHECK (side IN ('b', 's')), price numeric NOT NULL, quantity numeric NOT NULL,
                fee numeric NOT NULL, fee_coin text NOT NULL, is_maker boolean NOT NULL, time timestamptz NOT NULL,
                journal bigint NOT NULL, sequence bigint NOT NULL, PRIMARY KEY (instrument, trade));
            CREATE INDEX fills_by_strategy ON fills (strategy, time);
            CREATE TABLE positions (
                journal bigint NOT NULL, sequence bigint NOT NULL, time timestamptz NOT NULL, strategy integer NOT NULL,
                instrument integer NOT NULL, quantity numeric NOT NULL, cost numeric NOT NULL, realised numeric NOT NULL,
                fees numeric NOT NULL, total_quantity numeric NOT NULL, total_cost numeric NOT NULL,
                total_realised numeric NOT NULL, total_fees numeric NOT NULL);
            CREATE INDEX positions_by_strategy ON positions (strategy, instrument, time, sequence);
            CREATE TABLE holdings (strategy integer NOT NULL, instrument integer NOT NULL,
                PRIMARY KEY (strategy, instrument));
            CREATE TABLE orders (
                order_id uuid PRIMARY KEY, strategy integer NOT NULL, instrument integer NOT NULL,
                side char(1) NOT NULL CHECK (side IN ('b', 's')), price numeric NOT NULL, quantity numeric NOT NULL,
                filled numeric NOT NULL, state text NOT NULL, is_open boolean NOT NULL, time timestamptz NOT NULL,
                journal bigint NOT NULL, sequence bigint NOT NULL);
            CREATE INDEX orders_open ON orders (strategy) WHERE is_open;
            CREATE TABLE order_changes (
                journal bigint NOT NULL, sequence bigint NOT NULL, time timestamptz NOT NULL, order_id uuid NOT NULL,
                change text NOT NULL, price numeric, quantity numeric, filled numeric, reason text);
            CREATE INDEX order_changes_by_order ON order_changes (order_id);
            CREATE TABLE configurations (
                strategy integer NOT NULL, journal bigint NOT NULL, sequence bigint NOT NULL, valid_from timestamptz NOT NULL,
                symbol text NOT NULL, configuration text NOT NULL, run bigint NOT NULL,
                PRIMARY KEY (strategy, journal, sequence));
            CREATE TABLE runs (
                journal bigint NOT NULL, sequence bigint NOT NULL, time timestamptz NOT NULL, instance bigint NOT NULL,
                mode text NOT NULL, program text NOT NULL, PRIMARY KEY (journal, sequence));
            CREATE TABLE actions (
                journal bigint NOT NULL, sequence bigint NOT NULL, time timestamptz NOT NULL, actor text NOT NULL,
                action text NOT NULL, strategy integer, coin text, quantity numeric, price numeric, profit numeric,
                PRIMARY KEY (journal, sequence));
            """,
        sqlite: """
            CREATE TABLE strategies (strategy INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE) STRICT;
            CREATE TABLE fills (
                instrument INTEGER NOT NULL, trade INTEGER NOT NULL, strategy INTEGER NOT NULL, order_id TEXT NOT NULL,
                side TEXT NOT NULL CHECK (side IN ('b', 's')), price TEXT NOT NULL, quantity TEXT NOT NULL,
                fee TEXT NOT NULL, fee_coin TEXT NOT NULL, is_maker INTEGER NOT NULL, time INTEGER NOT NULL,
                journal INTEGER NOT NULL, sequence INTEGER NOT NULL, PRIMARY KEY (instrument, trade)) STRICT, WITHOUT ROWID;
            CREATE INDEX fills_by_strategy ON fills (strategy, time);
            CREATE TABLE positions (
                journal INTEGER NOT NULL, sequence INTEGER NOT NULL, time INTEGER NOT NULL, strategy INTEGER NOT NULL,
                instrument INTEGER NOT NULL, quantity TEXT NOT NULL, cost TEXT NOT NULL, realised TEXT NOT NULL,
                fees TEXT NOT NULL, total_quantity TEXT NOT NULL, total_cost TEXT NOT NULL,
                total_realised TEXT NOT NULL, total_fees TEXT NOT NULL) STRICT;
            CREATE INDEX positions_by_strategy ON positions (strategy, instrument, time, sequence);
            CREATE TABLE holdings (strategy INTEGER NOT NULL, instrument INTEGER NOT NULL,
                PRIMARY KEY (strategy, instrument)) STRICT, WITHOUT ROWID;
            CREATE TABLE orders (
                order_id TEXT PRIMARY KEY, strategy INTEGER NOT NULL, instrument INTEGER NOT NULL,
                side TEXT NOT NULL CHECK (side IN ('b', 's')), price TEXT NOT NULL, quantity TEXT NOT NULL,
                filled TEXT NOT NULL, state TEXT NOT NULL, is_open INTEGER NOT NULL, time INTEGER NOT NULL,
                journal INTEGER NOT NULL, sequence INTEGER NOT NULL) STRICT, WITHOUT ROWID;
            CREATE INDEX orders_open ON orders (strategy) WHERE is_open = 1;
            CREATE TABLE order_changes (
                journal INTEGER NOT NULL, sequence INTEGER NOT NULL, time INTEGER NOT NULL, order_id TEXT NOT NULL,
                change TEXT NOT NULL, price TEXT, quantity TEXT, filled TEXT, reason TEXT) STRICT;
            CREATE INDEX order_changes_by_order ON order_changes (order_id);
            CREATE TABLE configurations (
                strategy INTEGER NOT NULL, journal INTEGER NOT NULL, sequence INTEGER NOT NULL, valid_from INTEGER NOT NULL,
                symbol TEXT NOT NULL, configuration TEXT NOT NULL, run INTEGER NOT NULL,
                PRIMARY KEY (strategy, journal, sequence)) STRICT, WITHOUT ROWID;
            CREATE TABLE runs (
                journal INTEGER NOT NULL, sequence INTEGER NOT NULL, time INTEGER NOT NULL, instance INTEGER NOT NULL,
                mode TEXT NOT NULL, program TEXT NOT NULL, PRIMARY KEY (journal, sequence)) STRICT, WITHOUT ROWID;
            CREATE TABLE actions (
                journal INTEGER NOT NULL, sequence INTEGER NOT NULL, time INTEGER NOT NULL, actor TEXT NOT NULL,
                action TEXT NOT NULL, strategy INTEGER, coin TEXT, quantity TEXT, price TEXT, profit TEXT,
                PRIMARY KEY (journal, sequence)) STRICT, WITHOUT ROWID;
            """)

    /// The same by names and with times, for people and their tools.
    private static let readableViews = StoreMigration(
        number: 3,
        postgres: Self.views(time: { $0 }, start: "to_timestamp(b.start)"),
        sqlite: Self.views(
            time: { "strftime('%Y-%m-%d %H:%M:%f', \($0) / 1000000000.0, 'unixepoch')" },
            start: "datetime(b.start, 'unixepoch')"))

    private static func views(time: (String) -> String, start: String) -> String {
        """
        CREATE VIEW trades_named AS SELECT i.venue, i.symbol, t.source, t.trade, \(time("t.time")) AS time, t.side, t.price,
            t.quantity FROM trades t JOIN instruments i ON i.instrument = t.instrument;
        CREATE VIEW buckets_named AS SELECT i.venue, i.symbol, \(start) AS start, b.base, b.quote, b.trades
            FROM buckets b JOIN instruments i ON i.instrument = b.instrument;
        CREATE VIEW fills_named AS SELECT i.venue, i.symbol, f.trade, s.name AS strategy, f.order_id, f.side, f.price,
            f.quantity, f.fee, f.fee_coin, f.is_maker, \(time("f.time")) AS time, f.journal, f.sequence FROM fills f
            JOIN instruments i ON i.instrument = f.instrument JOIN strategies s ON s.strategy = f.strategy;
        CREATE VIEW positions_named AS SELECT s.name AS strategy, i.venue, i.symbol, \(time("p.time")) AS time, p.quantity,
            p.cost, p.realised, p.fees, p.total_quantity, p.total_cost, p.total_realised, p.total_fees, p.journal,
            p.sequence FROM positions p JOIN strategies s ON s.strategy = p.strategy
            LEFT JOIN instruments i ON i.instrument = p.instrument;
        CREATE VIEW orders_named AS SELECT o.order_id, s.name AS strategy, i.venue, i.symbol, o.side, o.price, o.quantity,
            o.filled, o.state, o.is_open, \(time("o.time")) AS time, o.journal, o.sequence FROM orders o
            JOIN instruments i ON i.instrument = o.instrument JOIN strategies s ON s.strategy = o.strategy;
        """
    }
}
