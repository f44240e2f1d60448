import GRPOTasks
import Testing

@Suite struct SpokenSumTests {
    @Test func aSumIsSaidColumnByColumn() {
        let sum = SpokenSum(57, 68)
        #expect(sum.text(in: .english) == "7 and 8 is 15, 5 and 6 and 1 is 12")
        #expect(sum.text(in: .german) == "7 und 8 ist 15, 5 und 6 und 1 ist 12")
        #expect(sum.answer == "125")
        #expect(sum.wordCount == 5)
    }

    @Test func aCarryOfNothingIsNotSaid() {
        #expect(SpokenSum(42, 13).text(in: .english) == "2 and 3 is 5, 4 and 1 is 5")
        #expect(SpokenSum(3, 4).text(in: .german) == "3 und 4 ist 7")
    }

    @Test func theLanguageChangesAtAWord() {
        let sum = SpokenSum(57, 68)
        #expect(sum.text(in: .english, upTo: 1) == "7 and 8 ist 15, 5 und 6 und 1 ist 12")
        #expect(sum.text(in: .german, upTo: 4) == "7 und 8 ist 15, 5 und 6 und 1 is 12")
        #expect(sum.text(in: .english, upTo: 5) == sum.text(in: .english))
        #expect(sum.text(in: .english, upTo: 0) == sum.text(in: .german))
    }

    @Test func columnsBeginAtTheirFirstWord() {
        let sum = SpokenSum(579, 684)
        #expect(sum.columnStarts == [2, 5])
        #expect(
            sum.text(in: .english, upTo: 2)
                == "9 and 4 is 13, 7 und 8 und 1 ist 16, 5 und 6 und 1 ist 12")
        #expect(SpokenSum(3, 4).columnStarts.isEmpty)
        let slip = WorkedSum.Slip(column: 0, amount: 1)
        #expect(SpokenSum(57, 68, slip: slip, noticed: true).columnStarts == [3])
    }

    @Test func aSlipIsCarriedOnOrNoticed() {
        let slip = WorkedSum.Slip(column: 0, amount: -1)
        let wrong = SpokenSum(57, 68, slip: slip)
        #expect(wrong.text(in: .english) == "7 and 8 is 14, 5 and 6 and 1 is 12")
        #expect(wrong.answer == "124")
        let noticed = SpokenSum(57, 68, slip: slip, noticed: true)
        #expect(noticed.text(in: .english) == "7 and 8 is 14, wait, 15, 5 and 6 and 1 is 12")
        #expect(noticed.text(in: .german).contains("ist 14, warte, 15,"))
        #expect(noticed.answer == "125")
        #expect(noticed.wordCount == 6)
        // A slip that makes a carry of its own: the carry that is said is the true one.
        let upwards = SpokenSum(14, 25, slip: .init(column: 0, amount: 1), noticed: true)
        #expect(upwards.text(in: .english) == "4 and 5 is 10, wait, 9, 1 and 2 is 3")
        #expect(upwards.answer == "39")
    }

    @Test func everySumIsRightAndEverySlipWrongUnlessNoticed() {
        var random: any RandomNumberGenerator = SplitMix64(seed: 2)
        for a in 0...99 {
            for b in 0...99 {
                let slip = WorkedSum.slip(on: a, b, using: &random)
                #expect(SpokenSum(a, b).answer == "\(a + b)")
                #expect(SpokenSum(a, b, slip: slip).answer != "\(a + b)")
                #expect(SpokenSum(a, b, slip: slip, noticed: true).answer == "\(a + b)")
            }
        }
    }
}
