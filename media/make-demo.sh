#!/bin/sh
# Makes demo.mp4, the sample video: 90 s, 640x360, H.264 and AAC, with its index first (faststart).
# A class sees and hears any gap: a large clock runs in tenths of a second, a ball crosses the picture
# once every five seconds, and each second begins with a short beep (a higher one every tenth).
#
#   sh media/make-demo.sh        needs ffmpeg and the DejaVu fonts
set -eu
cd "$(dirname "$0")"

SECONDS_LONG=90
FONT=${FONT:-/usr/share/fonts/truetype/dejavu/DejaVuSansMono-Bold.ttf}

clock="drawtext=fontfile=$FONT:fontsize=104:fontcolor=white:x=(w-tw)/2:y=92"
clock="$clock:text='%{eif\\:t/60\\:d\\:2}\\:%{eif\\:mod(t,60)\\:d\\:2}.%{eif\\:mod(t*10,10)\\:d}'"
title="drawtext=fontfile=$FONT:fontsize=20:fontcolor=0xb8c4d6:x=(w-tw)/2:y=40:text='distributed-streaming-mini'"
track="drawbox=x=40:y=271:w=560:h=6:color=0x44546a:t=fill"
mark="overlay=x='40+mod(t,5)*112-20':y=254:eval=frame"
grain="noise=alls=7:allf=t:all_seed=1" # without it the picture is so simple that a browser would hold the whole video at once
flash="drawbox=x=0:y=0:w=iw:h=ih:color=0xffd166:t=10:enable='lt(mod(t,1),0.12)'"
beep="0.35*sin(2*PI*if(lt(mod(t,10),1),1320,880)*t)*lt(mod(t,1),0.09)"

ffmpeg -hide_banner -loglevel error -y \
  -f lavfi -i "color=c=0x16202e:s=640x360:r=25:d=$SECONDS_LONG" \
  -f lavfi -i "color=c=0xef476f:s=40x40:r=25:d=$SECONDS_LONG,format=rgba,geq=r='r(X,Y)':g='g(X,Y)':b='b(X,Y)':a='255*lte(hypot(X-19.5,Y-19.5),19.5)'" \
  -f lavfi -i "aevalsrc='$beep':s=44100:d=$SECONDS_LONG" \
  -filter_complex "[0:v]$grain,$title,$clock,$track[picture];[picture][1:v]$mark,$flash,format=yuv420p[v]" \
  -map '[v]' -map 2:a \
  -c:v libx264 -profile:v main -preset slow -b:v 560k -maxrate 700k -bufsize 1400k -g 25 \
  -c:a aac -b:a 96k -ac 2 \
  -movflags +faststart -fflags +bitexact -flags:v +bitexact -flags:a +bitexact -map_metadata -1 \
  demo.mp4
