// @ts-check
/**
 * What the class sees and what it may change. Events may come by the hundred a second: they are folded into
 * models at once, and drawn at most once per animation frame.
 */
/** @import { SwarmEvent } from '../../swarm/events.js' */
/** @import { Choices } from '../playing/choices.js' */
/** @import { Player, PlayerEvent, VideoFile, VideoNode } from '../playing/player-events.js' */

import { describePolicy, writeChoices } from '../playing/choices.js'
import { secondsAhead } from '../playing/seconds-ahead.js'
import { ChunkMapView } from './chunks/chunk-map-view.js'
import { ChunkModel } from './chunks/chunk-model.js'
import { tellLookAhead } from './experiments.js'
import { ExperimentsView } from './experiments-view.js'
import { Figures } from './figures.js'
import { FiguresView } from './figures-view.js'
import { LabModel } from './lab/lab-model.js'
import { LabView } from './lab/lab-view.js'
import { Lessons } from './lessons/lessons.js'
import { markNodes } from './marks/node-marks.js'
import { onPaletteChange } from './marks/palette.js'
import { NodeCardsView } from './nodes/node-cards-view.js'
import { NodeModel } from './nodes/node-model.js'
import { Story } from './story/story.js'
import { StoryView } from './story/story-view.js'
import { Timeline } from './timeline/timeline.js'

/** The heartbeats move on, also when nothing happens. */
const TICK_MS = 1_000
/** What may move the playhead or the buffer, beside the swarm's events. */
const VIDEO_EVENTS = ['timeupdate', 'progress', 'seeking', 'seeked', 'durationchange', 'emptied']

/** All models and views of one page. */
export class ControlRoom {
  #video
  #names
  #story = new Story()
  #figures = new Figures()
  #nodeModel
  /** @type {VideoFile | undefined} */
  #file
  /** @type {ChunkModel | undefined} */
  #chunkModel
  #chunkMap
  #cards
  #lab
  #timeline
  /** @type {LabView | undefined} */
  #labView
  /** @type {Lessons | undefined} */
  #lessons
  #views
  #experiments
  /** @type {Choices} */
  #choices
  /** @type {Player | undefined} */
  #player
  #onChoose
  #isDrawingDue = false

  /**
   * @param {HTMLVideoElement} video
   * @param {readonly string[]} names of the nodes
   * @param {Choices} choices
   * @param {(choices: Choices) => void} onChoose told of every other choice
   */
  constructor(video, names, choices, onChoose) {
    this.#video = video
    this.#onChoose = onChoose
    this.#names = names
    const marks = markNodes(names)
    this.#nodeModel = new NodeModel(marks)
    this.#choices = choices
    this.#chunkMap = new ChunkMapView(video, marks)
    this.#experiments = new ExperimentsView(this.#choices, marks, (choices) => this.#choose(choices))
    this.#cards = new NodeCardsView(this.#nodeModel)
    this.#lab = new LabModel()
    this.#timeline = new Timeline(video, marks, choices.lookAheadSeconds)
    const [story, figures] = [new StoryView(this.#story), new FiguresView(this.#figures)]
    this.#views = () => {
      this.#chunkMap.render()
      this.#cards.render(performance.now(), this.#choices.policy)
      this.#labView?.render(performance.now())
      story.render()
      figures.render(performance.now())
      this.#timeline.render()
      this.#lessons?.render()
    }
    this.#views()

    const draw = () => this.#draw()
    for (const type of VIDEO_EVENTS) video.addEventListener(type, draw)
    addEventListener('resize', draw)
    onPaletteChange(draw)
    setInterval(draw, TICK_MS)
  }

  /**
   * The file that is going to be played.
   * @param {VideoFile} file
   * @param {readonly VideoNode[]} nodes
   */
  showFile(file, nodes) {
    this.#file = file
    this.#timeline.showFile(file, nodes)
    this.#chunkModel = new ChunkModel(Math.ceil(file.size / file.chunkSize), this.#names)
    this.#chunkMap.show(this.#chunkModel, file)
    this.#draw()
    return this
  }

  /**
   * The player that plays it, so that the experiments can change it; again when it is of another kind now.
   * @param {Player} player
   */
  showPlayer(player) {
    this.#player = player
    player.setPolicy(this.#choices.policy) // it may have been changed while the player started
    player.setLookAhead(this.#choices.lookAheadSeconds)
    this.#experiments.setPlayer(player.kind)
    if (player.kind === 'switching') {
      this.#chunkMap.hideChunks('not seen: the browser reads by itself, from one node at a time')
    } else if (this.#chunkModel !== undefined && this.#file !== undefined) {
      this.#chunkMap.show(this.#chunkModel, this.#file)
    }
  }

  /**
   * The labs of the nodes can be set from here, and lessons played with them.
   * @param {import('./lab/lab-view.js').LabControls} controls
   * @param {readonly string[]} ownNames of the nodes that have one
   * @param {import('./lessons/lessons.js').LessonsOptions['ask']} askForLessons
   */
  showLab(controls, ownNames, askForLessons) {
    const tell = (/** @type {string} */ text) => this.note(text)
    this.#labView = new LabView(this.#lab, this.#cards.roots, controls, tell)
    this.#lessons = new Lessons({
      ...{ video: this.#video, names: this.#names, ownNames, labs: this.#lab, controls, tell },
      ask: askForLessons,
      sizeOfFile: () => this.#file?.size ?? Number.POSITIVE_INFINITY,
      choices: () => this.#choices,
      draw: () => this.#draw(),
    })
  }

  /**
   * What the lab of one node says now.
   * @param {string} name
   * @param {import('../../lab/client.js').LabSeen} seen
   */
  seeLab(name, seen) {
    const text = this.#lab.see(name, seen)
    if (text !== undefined) this.#story.note(seen.atMs, text)
    this.#timeline.seeLab(name, seen, this.#lab.says(name))
    this.#lessons?.seeLab(name, seen)
    this.#draw()
  }

  /** @param {SwarmEvent | PlayerEvent} event */
  apply(event) {
    this.#chunkModel?.apply(event)
    this.#nodeModel.apply(event)
    this.#figures.apply(event)
    this.#timeline.apply(event)
    this.#lessons?.apply(event)
    if (event.type === 'first frame') document.body.dataset['media'] = event.kind
    const { paused, ended, seeking, error } = this.#video
    const isPlaying = !paused && !ended && !seeking && error === null
    this.#story.apply(event, { isPlaying, policy: this.#choices.policy })
    this.#draw()
  }

  /**
   * Something that the page itself has to tell.
   * @param {string} text
   */
  note(text) {
    this.#story.note(performance.now(), text)
    this.#draw()
  }

  /** @param {Choices} next */
  #choose(next) {
    const { policy, lookAheadSeconds } = this.#choices
    this.#choices = next
    const say = (/** @type {string} */ text) => this.#story.note(performance.now(), `Experiment: ${text}.`)
    if (next.lookAheadSeconds !== lookAheadSeconds) {
      say(tellLookAhead(next.lookAheadSeconds, secondsAhead(this.#video)))
      this.#player?.setLookAhead(next.lookAheadSeconds)
      this.#timeline.setLookAhead(next.lookAheadSeconds)
    }
    if (next.policy !== policy) {
      say(`the page reads from ${describePolicy(next.policy)} now`)
      this.#player?.setPolicy(next.policy)
    }
    history.replaceState(history.state, '', writeChoices(next, location.hash))
    this.#onChoose(next)
    this.#draw()
  }

  /** Draws in the next animation frame, however often it is asked to. */
  #draw() {
    if (this.#isDrawingDue) return
    this.#isDrawingDue = true
    requestAnimationFrame(() => {
      this.#isDrawingDue = false
      this.#views()
    })
  }
}
