extension ConfigurationMessageTests {
    static let keysTable: [Case] = [
        Case(
            .one(6, "  tob_lines: [{ hourly_quantity: 1, spred_bps: 3 }]"),
            #"6:37: unknown key "spred_bps" in tob_lines[0]; did you mean "spread_bps"?"#),
        Case(
            .one(1, "identity: one"),
            #"1:1: missing key "id" in the strategy"#,
            #"1:1: unknown key "identity" in the strategy"#),
        Case(
            .one(5, "  inventory: { target_inventory: 10, max_inventory_derivation: 5 }"),
            #"5:38: unknown key "max_inventory_derivation" in inventory; did you mean "max_inventory_deviation"?"#),
        Case(.one(6, "  tob_lines: [{ hourly_quantity: 1 }]"), #"6:15: missing key "spread_bps" in tob_lines[0]"#),
        Case(.one(1, ""), #"2:1: missing key "id" in the strategy"#),
        Case(.one(2, ""), #"1:1: missing key "symbol" in the strategy"#),
        Case(.one(3, ""), #"1:1: missing key "exchanges" in the strategy"#),
        Case(.one(5, ""), #"6:3: missing key "inventory" in config"#),
        Case(.one(6, ""), "5:3: config has neither tob_lines nor passive_lines: the strategy would quote nothing"),
        Case(
            .one(6, "  tob_lines: []"),
            "5:3: config has neither tob_lines nor passive_lines: the strategy would quote nothing"),
        Case(
            .one(6, "  time_periods: [5min]"),
            "5:3: config has neither tob_lines nor passive_lines: the strategy would quote nothing"),
        Case(.whole("strategies: []\n"), #"1:13: "strategies" has none: nothing would be quoted"#),
        Case(.desk(8, "strategys:"), #"8:1: unknown key "strategys" in the file; did you mean "strategies"?"#),
        Case(.one(1, "id: one\nid: two"), #"2:1: duplicate key "id" in the file; it stands first in line 1"#),
        Case(
            .one(6, "  tob_lines: [{ hourly_quantity: 1, spread_bps: 3, spread_bps: 4, hourly_quantity: 2 }]"),
            #"6:52: duplicate key "spread_bps" in tob_lines[0]; it stands first in line 6"#,
            #"6:67: duplicate key "hourly_quantity" in tob_lines[0]; it stands first in line 6"#),
        Case(
            .one(6, #"  tob_lines: [{ "hourly_quantity": 1, spread_bps: 3, "spread_bps": 4 }]"#),
            #"6:54: duplicate key "spread_bps" in tob_lines[0]; it stands first in line 6"#),
    ]

    static let typesTable: [Case] = [
        Case(.one(3, "exchanges: binance"), #"3:12: "exchanges" in the strategy must be a list, not a text"#),
        Case(.one(3, "exchanges: { binance: }"), #"3:12: "exchanges" in the strategy must be a list, not a mapping"#),
        Case(.one(3, "exchanges: [[binance]]"), "3:13: exchanges[0] must be a name, not a list"),
        Case(.one(3, "exchanges: []"), #"3:12: "exchanges" in the strategy is empty"#),
        Case(.one(3, "exchanges: [binance, binance]"), #"3:22: "exchanges" in the strategy names "binance" twice"#),
        Case(
            .whole("id: one\nsymbol: BERA/USDT\nexchanges: [binance]\nconfig: yes\n"),
            "4:9: config must be a mapping, not a text"),
        Case(.one(4, "config:\n  time_periods: 5min"), #"5:17: "time_periods" in config must be a list, not a text"#),
        Case(.one(5, "  inventory: [10, 5]"), "5:14: inventory must be a mapping, not a list"),
        Case(
            .one(6, "  tob_lines: { hourly_quantity: 1, spread_bps: 3 }"),
            #"6:14: "tob_lines" in config must be a list, not a mapping"#),
        Case(.one(6, "  tob_lines: [3]"), "6:15: tob_lines[0] must be a mapping, not a text"),
        Case(.one(1, "id: [one]"), #"1:5: "id" in the strategy must be a text, not a list"#),
        Case(
            .one(1, #"id: """#),
            #"1:5: "id" in the strategy must be 1 to 64 letters, digits and signs without blanks and quotes, "#
                + #"not """#),
        Case(
            .one(1, #"id: "a b""#),
            #"1:5: "id" in the strategy must be 1 to 64 letters, digits and signs without blanks and quotes, "#
                + #"not "a b""#),
        Case(
            .one(6, "  tob_lines: [{ hourly_quantity: 1, spread_bps: 3, timeout_seconds: [15] }]"),
            #"6:69: "timeout_seconds" in tob_lines[0] must be a number, not a list"#),
        Case(
            .one(6, "  tob_lines: [{ hourly_quantity: 1, spread_bps: 3, timeout_seconds: }]"),
            #"6:52: "timeout_seconds" in tob_lines[0] has no value: give one, or take the key away"#),
        Case(
            .one(5, "  inventory: { target_inventory: 10, max_inventory_deviation: 5, initial_inventory: yes }"),
            #"5:85: "initial_inventory" in inventory must be a decimal number such as 12.5, not "yes""#),
        Case(
            .desk(2, "  binance: { cancels_count: yes }"),
            #"2:29: unknown value "yes" of "cancels_count" in binance: it is one of true, false"#),
        Case(
            .desk(1, "venues: [binance, bybit]\nx:"),
            #"1:9: "venues" in the file must be a mapping from names of venues to their limits, not a list"#,
            #"2:1: unknown key "x" in the file"#),
        Case(
            .desk(4, "pairs: 3\ny:"),
            #"4:8: "pairs" in the file must be a mapping from pairs such as BERA/USDT to their rules, not a text"#,
            #"5:1: unknown key "y" in the file"#),
    ]

    static let numbersTable: [Case] = [
        Case(
            .one(5, "  inventory: { target_inventory: 1e3, max_inventory_deviation: 5 }"),
            #"5:34: "target_inventory" in inventory must be a decimal number such as 12.5, not "1e3""#),
        Case(
            .one(5, #"  inventory: { target_inventory: "1,000", max_inventory_deviation: 5 }"#),
            #"5:34: "target_inventory" in inventory must be a decimal number such as 12.5, not "1,000""#),
        Case(
            .one(5, "  inventory: { target_inventory: +10, max_inventory_deviation: 5 }"),
            #"5:34: "target_inventory" in inventory must be a decimal number such as 12.5, not "+10""#),
        Case(
            .one(5, "  inventory: { target_inventory: .inf, max_inventory_deviation: 5 }"),
            #"5:34: "target_inventory" in inventory must be a decimal number such as 12.5, not ".inf""#),
        Case(
            .one(5, "  inventory: { target_inventory: 0x10, max_inventory_deviation: 5 }"),
            #"5:34: "target_inventory" in inventory must be a decimal number such as 12.5, not "0x10""#),
        Case(
            .one(
                5,
                "  inventory: { target_inventory: 1000000000000000000000000000000, max_inventory_deviation: 5 }"),
            #"5:34: "target_inventory" in inventory must be -10^18 to 10^18, not 1000000000000000000000000000000"#),
        Case(
            .one(5, "  inventory: { target_inventory: 0.0000000000000000001, max_inventory_deviation: 5 }"),
            #"5:34: "target_inventory" in inventory must be a number with at most 18 decimals, not "#
                + "0.0000000000000000001"),
        Case(
            .one(5, "  inventory: { target_inventory: 10, max_inventory_deviation: 0 }"),
            #"5:63: "max_inventory_deviation" in inventory must be above 0, and at most 10^18, not 0"#),
        Case(
            .one(5, "  inventory: { target_inventory: 10, max_inventory_deviation: -5 }"),
            #"5:63: "max_inventory_deviation" in inventory must be above 0, and at most 10^18, not -5"#),
        Case(
            .one(6, "  tob_lines: [{ hourly_quantity: 1, spread_bps: -3 }]"),
            #"6:49: "spread_bps" in tob_lines[0] must be 0 to 1000, not -3"#),
        Case(
            .one(6, "  tob_lines: [{ hourly_quantity: 1, spread_bps: 1000.001 }]"),
            #"6:49: "spread_bps" in tob_lines[0] must be 0 to 1000, not 1000.001"#),
        Case(
            .one(6, #"  tob_lines: [{ hourly_quantity: 1, spread_bps: "30.1234" }]"#),
            #"6:49: "spread_bps" in tob_lines[0] must be a number with at most 3 decimals, not 30.1234"#),
        Case(
            .one(6, "  tob_lines: [{ hourly_quantity: 0, spread_bps: 3 }]"),
            #"6:34: "hourly_quantity" in tob_lines[0] must be above 0, and at most 10^18, not 0"#),
        Case(
            .one(6, "  tob_lines: [{ hourly_quantity: 1, spread_bps: 3, timeout_seconds: 0 }]"),
            #"6:69: "timeout_seconds" in tob_lines[0] must be 0.1 to 86400, not 0"#),
        Case(
            .one(6, "  tob_lines: [{ hourly_quantity: 1, spread_bps: 3, timeout_seconds: 100000 }]"),
            #"6:69: "timeout_seconds" in tob_lines[0] must be 0.1 to 86400, not 100000"#),
        Case(
            .one(6, "  tob_lines: [{ hourly_quantity: 1, spread_bps: 3, timeout_seconds: 1.0001 }]"),
            #"6:69: "timeout_seconds" in tob_lines[0] must be a number with at most 3 decimals, not 1.0001"#),
        Case(
            .one(6, "  tob_lines: [{ hourly_quantity: 1, spread_bps: 3, drift_bps: 10001 }]"),
            #"6:63: "drift_bps" in tob_lines[0] must be 0 to 10000, not 10001"#),
        Case(
            .one(6, "  tob_lines: [{ hourly_quantity: 1, spread_bps: 3, min_price: -1 }]"),
            #"6:63: "min_price" in tob_lines[0] must be above 0, and at most 10^18, not -1"#),
        Case(
            .one(6, "  passive_lines: [{ mid_spread_bps: 0, quantity: 1 }]"),
            #"6:37: "mid_spread_bps" in passive_lines[0] must be 0.001 to 1000, not 0"#),
        Case(
            .one(6, "  passive_lines: [{ mid_spread_bps: 5, quantity: -1 }]"),
            #"6:50: "quantity" in passive_lines[0] must be above 0, and at most 10^18, not -1"#),
        Case(
            .one(6, "  passive_lines: [{ mid_spread_bps: 5, quantity: 1, randomization_factor: 1 }]"),
            #"6:75: "randomization_factor" in passive_lines[0] must be 0 to 0.999999, not 1"#),
        Case(
            .one(6, "  passive_lines: [{ mid_spread_bps: 5, quantity: 1, randomization_factor: 0.1234567 }]"),
            #"6:75: "randomization_factor" in passive_lines[0] must be a number with at most 6 decimals, not "#
                + "0.1234567"),
        Case(
            .one(4, "config:\n  min_coefficient: -1"),
            #"5:20: "min_coefficient" in config must be 0 to 100, not -1"#),
        Case(
            .one(4, "config:\n  max_coefficient: 0"),
            #"5:20: "max_coefficient" in config must be 0.000001 to 100, not 0"#),
        Case(
            .one(4, "config:\n  price_collar_bps: 0"),
            #"5:21: "price_collar_bps" in config must be 1 to 10000, not 0"#),
        Case(
            .one(4, "config:\n  max_cross_bps: 5000.001"),
            #"5:18: "max_cross_bps" in config must be 0 to 5000, not 5000.001"#),
        Case(
            .one(4, "config:\n  requote_tolerance_bps: 1001"),
            #"5:26: "requote_tolerance_bps" in config must be 0 to 1000, not 1001"#),
        Case(
            .one(4, "config:\n  max_loss: 0"),
            #"5:13: "max_loss" in config must be above 0, and at most 10^12, not 0"#),
        Case(
            .one(4, "config:\n  max_loss: 9999999999999"),
            #"5:13: "max_loss" in config must be above 0, and at most 10^12, not 9999999999999"#),
        Case(
            .one(4, "config:\n  max_order_notional: -1"),
            #"5:23: "max_order_notional" in config must be above 0, and at most 10^18, not -1"#),
        Case(
            .one(4, "priority: 5\nconfig:"),
            #"4:11: unknown value "5" of "priority" in the strategy: it is one of critical, 1, important, 2, "#
                + "normal, 3, low, 4"),
        Case(
            .desk(2, "  binance: { orders_per_window: -1 }"),
            #"2:33: "orders_per_window" in binance must be 0 to 1000000, not -1"#),
        Case(
            .desk(2, "  binance: { orders_per_window: 1.5 }"),
            #"2:33: "orders_per_window" in binance must be a whole number, not 1.5"#),
        Case(
            .desk(2, "  binance: { maker_fee_bps: 1001 }"),
            #"2:29: "maker_fee_bps" in binance must be -100 to 1000, not 1001"#),
        Case(
            .desk(2, "  binance: { balances: { USDT: -1, usdt: 5 } }"),
            #"2:32: "USDT" in balances must be above 0, and at most 10^12, not -1"#,
            #"2:36: "usdt" in balances is no coin: write it in capitals, such as USDT"#),
        Case(.desk(1, "instance: 0\nvenues:"), #"1:11: "instance" in the file must be 1 to 65535, not 0"#),
        Case(
            .desk(1, "risk: { max_loss: { USDC: 5 }, book_age_limit_seconds: 0 }\nvenues:"),
            #"1:21: no pair is priced in "USDC", which max_loss names; did you mean "USDT"?"#,
            #"1:56: "book_age_limit_seconds" in risk must be 0.1 to 3600, not 0"#),
        Case(
            .desk(1, "risk: { max_loss: 5 }\nvenues:"),
            #"1:19: "max_loss" in risk must be a mapping from quote coins to amounts, not a text"#),
    ]

    static let wordsTable: [Case] = [
        Case(.one(3, "exchanges: [binanse]"), #"3:13: unknown venue "binanse"; did you mean "binance"?"#),
        Case(
            .one(3, "exchanges: [nasdaq]"),
            #"3:13: unknown venue "nasdaq": it is one of binance, binance_perp, bybit, bybit_perp, okx, "#
                + "gateio, kucoin, bitget, mexc, kraken, coinbase, hyperliquid"),
        Case(
            .desk(2, "  binence: { orders_per_window: 100 }"),
            #"2:3: unknown venue "binence"; did you mean "binance"?"#),
        Case(.desk(12, "    exchanges: [binance, bibit]"), #"12:26: unknown venue "bibit"; did you mean "bybit"?"#),
        Case(.desk(11, "    template: thick"), #"11:15: unknown template "thick": it is one of thin"#),
        Case(.desk(11, "    template: wide"), #"11:15: unknown template "wide": it is one of thin"#),
        Case(.desk(11, "    template: [thin]"), #"11:15: "template" in strategies[0] must be a name, not a list"#),
        Case(
            .one(4, "config:\n  time_periods: [5min, 10min]"),
            #"5:24: unknown period "10min" in time_periods; did you mean "1min"?"#),
        Case(
            .one(4, "config:\n  time_periods: [1h]"),
            #"5:18: unknown period "1h" in time_periods: it is one of 30s, 1min, 5min, 15min, 30min, 60min, "#
                + "240min"),
        Case(.one(4, "config:\n  time_periods: [5min, 5min]"), #"5:24: "time_periods" in config names "5min" twice"#),
        Case(.one(4, "config:\n  time_periods: []"), #"5:17: "time_periods" in config is empty"#),
        Case(
            .one(4, "config:\n  coefficient_method: minimum"),
            #"5:23: unknown value "minimum" of "coefficient_method" in config: it is one of min, max, mid"#),
        Case(
            .one(4, "config:\n  average: mean"),
            #"5:12: unknown value "mean" of "average" in config: it is one of simple, exponential"#),
        Case(
            .one(4, "config:\n  volume_unit: qoute"),
            #"5:16: unknown value "qoute" of "volume_unit" in config; did you mean "quote"?"#),
        Case(
            .one(6, "  tob_lines: [{ hourly_quantity: 1, spread_bps: 3, coefficient_method: volumes }]"),
            #"6:72: unknown value "volumes" of "coefficient_method" in tob_lines[0]; did you mean "volume"?"#),
        Case(
            .one(6, "  tob_lines: [{ hourly_quantity: 1, spread_bps: 3, sides: buy }]"),
            #"6:59: unknown value "buy" of "sides" in tob_lines[0]: it is one of both, bid, ask"#),
        Case(
            .one(4, "config:\n  pricing_source: agregated"),
            #"5:19: unknown value "agregated" of "pricing_source" in config; did you mean "aggregated"?"#),
        Case(
            .one(5, "  inventory: { target_inventory: 10, max_inventory_deviation: 5, inventory_price: mark }"),
            #"5:83: unknown value "mark" of "inventory_price" in inventory: it is one of accounting, "#
                + "mark_to_market, manual"),
        Case(
            .one(5, "  inventory: { target_inventory: 10, max_inventory_deviation: 5, inventory_coefficient: dev }"),
            #"5:89: unknown value "dev" of "inventory_coefficient" in inventory: it is one of deviation, target"#),
        Case(
            .one(4, "priority: urgent\nconfig:"),
            #"4:11: unknown value "urgent" of "priority" in the strategy: it is one of critical, 1, "#
                + "important, 2, normal, 3, low, 4"),
        Case(
            .one(2, "symbol: bera/usdt"),
            #"2:9: "symbol" in the strategy must be two coins in capitals such as BERA/USDT, not "bera/usdt""#),
        Case(
            .one(2, "symbol: BERAUSDT"),
            #"2:9: "symbol" in the strategy must be two coins in capitals such as BERA/USDT, not "BERAUSDT""#),
        Case(
            .one(2, "symbol: BERA/BERA"),
            #"2:9: "symbol" in the strategy must be two coins in capitals such as BERA/USDT, not "BERA/BERA""#),
        Case(
            .desk(5, "  BERAUSDT: { price: 5 }"),
            #"5:3: "BERAUSDT" in pairs must be two coins in capitals such as BERA/USDT"#),
        Case(
            .desk(5, "  BERA/USDT: { venues: { binance: , okx: } }"),
            #"5:37: unknown venue "okx" in BERA/USDT: it is one of binance, bybit"#,
            #"12:26: bybit does not trade BERA/USDT (see "pairs", line 5): take it off, or give the pair "#
                + "rules there"),
    ]

    static let combinationsTable: [Case] = [
        Case(
            .one(6, "  tob_lines: [{ hourly_quantity: 1, spread_bps: 3, min_price: 6, max_price: 5 }]"),
            #"6:63: "min_price" in tob_lines[0] is 6, above "max_price", which is 5"#),
        Case(
            .one(6, "  passive_lines: [{ mid_spread_bps: 5, quantity: 1, min_spread_bps: 6 }]"),
            #"6:69: "min_spread_bps" in passive_lines[0] is 6, above "mid_spread_bps", which is 5"#),
        Case(
            .one(6, "  passive_lines: [{ mid_spread_bps: 5, quantity: 1, max_spread_bps: 4 }]"),
            #"6:69: "max_spread_bps" in passive_lines[0] is 4, below "mid_spread_bps", which is 5"#),
        Case(
            .one(4, "config:\n  min_coefficient: 4"),
            #"5:20: "min_coefficient" in config is 4, above "max_coefficient", which is 3"#),
        Case(
            .one(4, "config:\n  min_coefficient: 2\n  max_coefficient: 1"),
            #"5:20: "min_coefficient" in config is 2, above "max_coefficient", which is 1"#),
        Case(
            .one(5, "  inventory: { target_inventory: 10, max_inventory_deviation: 5, manual_price: 5 }"),
            #"5:66: "manual_price" in inventory counts only with inventory_price: manual"#),
        Case(
            .one(5, "  inventory: { target_inventory: 10, max_inventory_deviation: 5, inventory_price: manual }"),
            #"5:14: missing key "manual_price" in inventory"#),
        Case(
            .one(
                5,
                "  inventory: { target_inventory: 0, max_inventory_deviation: 5, inventory_coefficient: target }"),
            #"5:88: "inventory_coefficient" in inventory is target, but "target_inventory" is 0: nothing can "#
                + "be divided by it"),
        Case(.one(4, "config:\n  pricing_source: wapq"), #"5:3: missing key "wapq_quantity" in config"#),
        Case(.one(4, "config:\n  pricing_source: single_venue"), #"5:3: missing key "pricing_exchange" in config"#),
        Case(.one(4, "config:\n  pricing_source: component"), #"5:3: missing key "pricing_exchanges" in config"#),
        Case(
            .one(4, "config:\n  pricing_exchange: binance"),
            #"5:3: "pricing_exchange" in config counts only with pricing_source: single_venue"#),
        Case(
            .one(4, "config:\n  pricing_source: wapq\n  wapq_quantity: 5\n  pricing_exchanges: [binance]"),
            #"7:3: "pricing_exchanges" in config counts only with pricing_source: component"#),
        Case(
            .one(4, "config:\n  pricing_source: synthetic"),
            #"5:19: "pricing_source" in config is synthetic, which is not supported yet: take another source"#),
        Case(
            .desk(
                9,
                "  - id: one\n    symbol: BERA/USDT\n    template: thin\n    exchanges: [bybit]\n    config: { "
                    + "inventory: { target_inventory: 10, max_inventory_deviation: 5 } }\n  - id: one"),
            #"14:9: duplicate id "one"; the strategy in line 9 has it too"#),
    ]

    static let unitsTable: [Case] = [
        Case(
            .one(6, #"  tob_lines: [{ hourly_quantity: 1, spread_bps: 3, min_price: "5.1234567891" }]"#),
            #"6:63: "min_price" in tob_lines[0] is 5.1234567891, finer than 10^-8, the price unit of "#
                + #"BERA/USDT: give it fewer digits, or the pair more "price_decimals""#),
        Case(
            .one(6, "  tob_lines: [{ hourly_quantity: 0.123456789, spread_bps: 3 }]"),
            #"6:34: "hourly_quantity" in tob_lines[0] is 0.123456789, finer than 10^-8, the quantity unit of "#
                + #"BERA/USDT: give it fewer digits, or the pair more "quantity_decimals""#),
        Case(
            .one(5, "  inventory: { target_inventory: 1000000000, max_inventory_deviation: 5 }"),
            #"5:34: "target_inventory" in inventory is 1000000000, too large for 10^-8, the quantity unit of "#
                + #"BERA/USDT: give the pair fewer "quantity_decimals""#),
        Case(
            .desk(5, #"  BERA/USDT: { price_decimals: 2, tick_size: "0.001" }"#),
            #"5:46: "tick_size" in BERA/USDT is 0.001, finer than 10^-2, the price unit of BERA/USDT: give it "#
                + #"fewer digits, or the pair more "price_decimals""#),
        Case(
            .desk(5, #"  BERA/USDT: { quantity_decimals: 1, lot_size: "0.01" }"#),
            #"5:48: "lot_size" in BERA/USDT is 0.01, finer than 10^-1, the quantity unit of BERA/USDT: give "#
                + #"it fewer digits, or the pair more "quantity_decimals""#),
        Case(
            .desk(5, "  BERA/USDT: { price_decimals: 12, quantity_decimals: 9 }"),
            "5:3: BERA/USDT has 12 price decimals and 9 quantity decimals, more than 20 together: give it "
                + #"fewer "price_decimals" or "quantity_decimals""#),
        Case(
            .desk(5, "  BERA/USDT: { price_decimals: 19 }"),
            #"5:32: "price_decimals" in BERA/USDT must be 0 to 18, not 19"#),
        Case(
            .desk(5, "  BERA/USDT: { tick_size: 0 }"),
            #"5:27: "tick_size" in BERA/USDT must be above 0, and at most 10^18, not 0"#),
        Case(
            .desk(5, "  BERA/USDT: { price: 5, tick_size: 10 }"),
            #"5:37: "tick_size" in BERA/USDT is 10, above the price of BERA/USDT, 5"#),
        Case(
            .desk(5, "  BERA/USDT: { min_quantity: 2, max_quantity: 1 }"),
            #"5:47: "max_quantity" in BERA/USDT is 1, below "min_quantity", which is 2"#),
        Case(
            .desk(5, "  BERA/USDT: { max_quantity: 1, venues: { binance: { min_quantity: 2 }, bybit: } }"),
            #"5:30: "max_quantity" in BERA/USDT is 1, below "min_quantity", which is 2"#),
        Case(
            .desk(5, "  BERA/USDT: { min_quantity: 3 }"),
            #"7:69: "quantity" in passive_lines[0] is 2, below the least quantity of an order on binance, 3"#,
            #"7:69: "quantity" in passive_lines[0] is 2, below the least quantity of an order on bybit, 3"#),
        Case(
            .desk(5, "  BERA/USDT: { min_quantity: 20 }"),
            #"7:69: "quantity" in passive_lines[0] is 2, below the least quantity of an order on binance, 20"#,
            #"7:69: "quantity" in passive_lines[0] is 2, below the least quantity of an order on bybit, 20"#,
            #"14:67: "max_inventory_deviation" in inventory is 5: no order of the least quantity on binance, "#
                + "20, fits twice that",
            #"14:67: "max_inventory_deviation" in inventory is 5: no order of the least quantity on bybit, "#
                + "20, fits twice that"),
        Case(
            .desk(5, "  BERA/USDT: { lot_size: 5 }"),
            #"7:69: "quantity" in passive_lines[0] is 2, below the least quantity of an order on binance, 5"#,
            #"7:69: "quantity" in passive_lines[0] is 2, below the least quantity of an order on bybit, 5"#),
        Case(
            .desk(5, "  BERA/USDT: { venues: { binance: } }"),
            #"12:26: bybit does not trade BERA/USDT (see "pairs", line 5): take it off, or give the pair "#
                + "rules there"),
        Case(
            .desk(
                14,
                "      inventory: { target_inventory: 10, max_inventory_deviation: 5 }\n      "
                    + "max_order_notional: 1"),
            #"15:27: "max_order_notional" in config is 1, below the least notional of an order on binance, 5"#,
            #"15:27: "max_order_notional" in config is 1, below the least notional of an order on bybit, 5"#),
    ]

    static let secretsTable: [Case] = [
        Case(
            .desk(3, "  bybit: { api_key: hunter2 }"),
            #"3:12: "api_key" in bybit looks like a secret, which is never in this file: name an environment "#
                + #"variable ("api_key_env", "api_secret_env", "password_env") or a key file ("key_file")"#),
        Case(
            .desk(3, "  bybit: { secret: hunter2 }"),
            #"3:12: "secret" in bybit looks like a secret, which is never in this file: name an environment "#
                + #"variable ("api_key_env", "api_secret_env", "password_env") or a key file ("key_file")"#),
        Case(
            .desk(3, "  bybit: { Api-Secret: hunter2 }"),
            #"3:12: "Api-Secret" in bybit looks like a secret, which is never in this file: name an "#
                + #"environment variable ("api_key_env", "api_secret_env", "password_env") or a key file ("key_file")"#),
        Case(
            .desk(3, #"  bybit: { api_secret_env: B, api_key_env: "hunter 2" }"#),
            #"3:44: "api_key_env" in bybit must be the name of an environment variable, such as BINANCE_KEY, "#
                + "and never the key itself"),
        Case(
            .desk(1, "password: hunter2\nvenues:"),
            #"1:1: "password" in the file looks like a secret, which is never in this file: name an "#
                + #"environment variable ("api_key_env", "api_secret_env", "password_env") or a key file ("key_file")"#),
    ]

    static let yamlTable: [Case] = [
        Case(
            .whole("a: [1, 2\n"),
            "2:1: this is not YAML: while parsing a flow sequence, did not find expected ',' or ']'"),
        Case(
            .whole("a: \"b\n"),
            "2:1: this is not YAML: while scanning a quoted scalar, found unexpected end of stream"),
        Case(.whole("a: b: c\n"), "1:5: this is not YAML: mapping values are not allowed in this context"),
        Case(
            .whole("a:\n\t- b\n"),
            "2:1: this is not YAML: while scanning for the next token, found character that cannot start any "
                + "token"),
        Case(
            .whole("- a\nb: c\n"),
            "2:1: this is not YAML: while parsing a block collection, did not find expected '-' indicator"),
        Case(.whole("%YAML 9.9\n---\na: 1\n"), "1:1: this is not YAML: found incompatible YAML document"),
        Case(
            .whole("\"\\ud800\": 1\n"),
            "1:4: this is not YAML: while parsing a quoted scalar, found invalid Unicode character escape code"),
        Case(.whole("a: \u{1}\n"), "1:4: this is not YAML: control characters are not allowed"),
        Case(.whole(""), "the file is empty: it needs at least one strategy"),
        Case(.whole("# nothing\n"), "the file is empty: it needs at least one strategy"),
        Case(.whole("---\n"), #"2:1: the file must be a mapping with "strategies", or one strategy, not a text"#),
        Case(.whole("text\n"), #"1:1: the file must be a mapping with "strategies", or one strategy, not a text"#),
        Case(.whole("[]\n"), #"1:1: the file must be a mapping with "strategies", or one strategy, not a list"#),
        Case(
            .whole("a: 1\n---\nb: 2\n"),
            #"1:1: missing key "strategies" in the file"#,
            #"1:1: unknown key "a" in the file"#,
            "3:1: a second document begins here: one file is one desk"),
        Case(
            .whole("? [a]\n: 1\n"),
            #"1:1: missing key "strategies" in the file"#,
            "1:3: a key in the file must be a text, not a list or mapping"),
        Case(
            .whole("a: &x 1\n"),
            #"1:1: missing key "strategies" in the file"#,
            #"1:1: unknown key "a" in the file"#,
            #"1:4: YAML anchors and aliases are not taken: use "templates" or "defaults""#),
        Case(
            .whole("a: *x\n"),
            #"1:1: missing key "strategies" in the file"#,
            #"1:1: unknown key "a" in the file"#,
            #"1:4: YAML anchors and aliases are not taken: use "templates" or "defaults""#),
        Case(
            .whole("<<: *x\n"),
            #"1:1: missing key "strategies" in the file"#,
            #"1:1: unknown key "<<" in the file"#,
            #"1:5: YAML anchors and aliases are not taken: use "templates" or "defaults""#),
        Case(
            .whole("a: !!int 1\n"),
            #"1:1: missing key "strategies" in the file"#,
            #"1:1: unknown key "a" in the file"#,
            "1:4: YAML tags such as !!int are not taken: leave it away"),
        Case(
            .whole("a: 1\rb: 2\n"),
            "1:5: a line ends here without a line feed: save the file with the line ends of Unix or Windows"),
    ]
}
