import Glibc
import TerraceCore

/// The fundamental price of one pair, common to its venues: a geometric random walk with regimes of volatility and volume.
struct Fundamental {
    /// Volatility per square root of a second, and a factor on the volume, of each regime: calm, normal, busy, shock.
    static let regimes: [(volatility: Double, volume: Double, meanSeconds: Double)] = [
        (0.00003, 0.6, 60), (0.00008, 1.0, 120), (0.0002, 1.8, 40), (0.0006, 3.0, 5),
    ]

    private(set) var price: Double
    private(set) var regime = 1
    private let start: Double
    private var at: Int64
    private var regimeEnds: Int64
    private var random: SeededGenerator

    init(price: Double, at: Timestamp, seed: UInt64) {
        self.price = price
        self.start = price
        self.at = at.nanoseconds
        self.random = SeededGenerator(seed: seed)
        self.regimeEnds = at.nanoseconds + Int64(self.random.exponential(60) * 1e9)
    }

    var volume: Double { Self.regimes[self.regime].volume }

    mutating func advance(to now: Timestamp) {
        let elapsed = Double(now.nanoseconds - self.at) / 1e9
        if elapsed <= 0 { return }
        self.at = now.nanoseconds
        let shock = Self.regimes[self.regime].volatility * sqrt(elapsed) * self.random.normal()
        // Drawn back gently, so that a long run stays where ticks and minimums make sense.
        self.price *= exp(shock - 0.0005 * elapsed * log(self.price / self.start))
        if now.nanoseconds >= self.regimeEnds {
            let draw = self.random.unit()
            self.regime = draw < 0.35 ? 0 : draw < 0.75 ? 1 : draw < 0.97 ? 2 : 3
            self.regimeEnds =
                now.nanoseconds + Int64(self.random.exponential(Self.regimes[self.regime].meanSeconds) * 1e9)
        }
    }
}
