import Foundation
import TerraceCore
import TerraceOperations

/// Two configurations that are good, for tests that spoil them.
enum ConfigurationSamples {
    /// One strategy alone.
    static let one = """
        id: one
        symbol: BERA/USDT
        exchanges: [binance]
        config:
          inventory: { target_inventory: 10, max_inventory_deviation: 5 }
          tob_lines: [{ hourly_quantity: 1, spread_bps: 3 }]

        """

    /// A desk.
    static let desk = """
        venues:
          binance: { orders_per_window: 100 }
          bybit:
        pairs:
          BERA/USDT: { price: 5, tick_size: "0.001", lot_size: "0.01", min_quantity: 1, min_notional: 5 }
        templates:
          thin: { config: { passive_lines: [{ mid_spread_bps: 20, quantity: 2 }] } }
        strategies:
          - id: one
            symbol: BERA/USDT
            template: thin
            exchanges: [binance, bybit]
            config:
              inventory: { target_inventory: 10, max_inventory_deviation: 5 }

        """

    /// A strategy with every key that one can have.
    static let everyKey = """
        id: one
        symbol: BERA/USDT
        exchanges: [bybit, binance]
        priority: low
        config:
          inventory:
            target_inventory: "-10.5"
            max_inventory_deviation: 5
            initial_inventory: -3
            inventory_coefficient: target
            inventory_price: manual
            manual_price: "5.25"
          pricing_source: component
          pricing_exchanges: [okx, bybit]
          time_periods: [240min, 30s, 60min]
          coefficient_method: max
          min_coefficient: "0.000001"
          max_coefficient: 2.5
          average: exponential
          volume_unit: base
          requote_tolerance_bps: 0.125
          price_collar_bps: 250
          max_cross_bps: 75.5
          max_order_notional: "1000.5"
          max_loss: "0.00000000000000000001"
          tob_lines:
            - hourly_quantity: 0.00000001
              spread_bps: 0
              timeout_seconds: 0.5
              coefficient_method: none
              drift_bps: 0
              min_price: 4.5
              max_price: 5.5
              sides: bid
          passive_lines:
            - mid_spread_bps: 20.001
              min_spread_bps: 1
              max_spread_bps: 2000
              quantity: 2
              randomization_factor: 0.25
              timeout_seconds: 86400
              coefficient_method: inventory
              drift_bps: 12.5
              min_price: 4.25
              max_price: 5.75
              sides: ask
        """

    /// The errors of a text, or its warnings where it is taken.
    static func messages(_ text: String) -> [String] {
        do {
            return try DeskConfiguration.parse(text, file: "desk.yml").warnings.map { $0.description }
        } catch {
            return error.diagnostics.map { $0.description }
        }
    }

    /// The text of a file in the folder `examples`.
    static func example(_ name: String) throws -> String { try self.file("examples/\(name)") }

    /// The text of a file of this project.
    static func file(_ path: String, from source: String = #filePath) throws -> String {
        var root = URL(fileURLWithPath: source)
        for _ in 0..<4 { root.deleteLastPathComponent() }
        return try String(contentsOf: root.appendingPathComponent(path), encoding: .utf8)
    }
}
