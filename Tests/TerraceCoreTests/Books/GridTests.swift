import TerraceCore
import Testing

@Suite("A grid") struct GridTests {
    @Test("divides as plain division does", arguments: 1...20 as ClosedRange<UInt64>)
    func divides(seed: UInt64) {
        var stream = BookStream(seed: seed)
        for _ in 0..<2_000 {
            let step = max(1, Int64(stream.next() >> UInt64.random(in: 1...63, using: &stream)))
            let grid = Grid(step: step)
            let multiple = Int64(stream.next() >> 1) / step * step
            let units = Int64(stream.next() >> UInt64.random(in: 1...63, using: &stream))
            for value in [0, 1, step - 1, step, multiple, max(0, multiple - 1), units, .max] {
                #expect(grid.floorSteps(value) == value / step)
                #expect(grid.exactSteps(value) == (value % step == 0 ? value / step : -1))
                #expect(grid.roundedDown(value) == value / step * step)
                if value < 1 << 62, step < 1 << 62 {
                    #expect(grid.roundedUp(value) == (value + step - 1) / step * step)
                }
            }
            #expect(grid.exactSteps(-step) == -1)
            #expect(grid.exactSteps(.min) == -1)
        }
    }
}
